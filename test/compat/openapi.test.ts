import { readFile } from "node:fs/promises";
import { join } from "node:path";
import t from "tap";
import { describeApi } from "../../scripts/describe-api.ts";
import { ROOT } from "../support/root.ts";
import { breaksOf, contractOf } from "./contract.ts";

const before = contractOf(JSON.parse(await readFile(join(ROOT, "test/compat/openapi-0.1.0.json"), "utf8")));
const now = contractOf(await describeApi());

t.test("a client written for the API of 0.1.0 still works", async (t) => {
  t.same(breaksOf(before, now), []);
});

t.test(
  "the comparison allows new operations and optional members, and reports removals, changes and new requirements",
  async (t) => {
    const changed = (change: (document: Any) => void) => {
      const copy = structuredClone(before) as Any;
      change(copy);
      return breaksOf(before, copy);
    };
    const operation = (document: Any) => document.paths["/v1/rollbacks"].get;
    const openBody = (document: Any) =>
      document.paths["/v1/deployments"].post.requestBody.content["application/json"].schema;
    const schema = (document: Any) => document.components.schemas.Rollback;
    const codes = ({ schemas }: Any) => schemas.ErrorCode.enum.indexOf("NOT_FOUND");
    t.same(
      changed((document) => (document.paths["/v2/rollbacks"] = {})),
      [],
    );
    t.same(
      changed((document) => (document.paths["/v1/rollbacks"].put = {})),
      [],
    );
    t.same(
      changed((document) => (schema(document).properties.more = { type: "string" })),
      [],
    );
    t.same(
      changed((document) => operation(document).parameters.push({ name: "more", in: "query" })),
      [],
    );
    t.same(
      changed((document) => schema(document).required.push("more")),
      [],
      "an answer always has it",
    );
    t.same(
      changed((document) => (schema(document).properties.id = { anyOf: [schema(document).properties.id, {}] })),
      [],
      "one of its forms is the earlier one",
    );
    const asked = { name: "more", in: "query", required: true };
    const breaking: [string, (document: Any) => unknown][] = [
      ["^/paths//v1/rollbacks is gone", (document) => delete document.paths["/v1/rollbacks"]],
      ["is gone", (document) => operation(document).parameters.pop()],
      ["is required now", (document) => operation(document).parameters.push(asked)],
      ["is gone", (document) => delete schema(document).properties.status],
      ["required has changed", (document) => schema(document).required.pop()],
      ["required has changed", (document) => openBody(document).required.push("more")],
      ["is gone", (document) => (schema(document).properties.id = { anyOf: [{ type: "number" }] })],
      ["type has changed", (document) => (schema(document).properties.id.type = "number")],
      ["is new", (document) => (schema(document).properties.id.maxLength = 1)],
      ["NOT_FOUND is gone", ({ components }) => components.schemas.ErrorCode.enum.splice(codes(components), 1)],
    ];
    for (const [why, change] of breaking) t.match(changed(change), [new RegExp(why)], why);
  },
);

// biome-ignore lint/suspicious/noExplicitAny: a document that a test changes at will
type Any = any;
