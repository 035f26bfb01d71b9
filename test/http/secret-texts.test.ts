import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { JsonObject } from "#src/domain/json";
import { takesNames } from "#src/plugins/secret-texts";
import { ROOT } from "../support/root.ts";
import { OPENING } from "./seeds.ts";
import { faultsOf, idOf, startTestService } from "./test-service.ts";

const SECRET = 'hunter2-"hunter2"';
const PLACE = { application: "shop", stage: "prod", target: "default" };

t.test("a name with a secret of its stage is refused before anything of it is kept", async (t) => {
  const service = await startTestService(t);
  await service.store.learnSecrets(PLACE, [SECRET]);
  for (const member of ["branch", "commit", "build", "ticket"]) {
    const refused = await service.post("/v1/deployments", { ...OPENING, [member]: `x ${SECRET}` });
    t.match(refused, { status: 422, body: { code: "SECRET_IN_NAME" } }, member);
    t.match(faultsOf(refused), [{ pointer: `/${member}`, code: "SECRET_IN_NAME" }], member);
    t.notMatch(refused.text, "hunter2", member);
  }
  for (const place of [{ application: SECRET }, { stage: SECRET }])
    t.match(await service.post("/v1/deployments", { ...OPENING, ...place }), { status: 422 }, "a place of its own");
  t.match(await service.post("/v1/tokens", { name: SECRET, role: "ci" }), { status: 422 }, "of no stage");
  const { text } = await service.get("/v1/audit?limit=200");
  t.equal(text.match(/SECRET_IN_NAME/g)?.length, 7, "each refusal is recorded");
  t.notMatch(text, "hunter2");
  const other = { ...OPENING, stage: "dev", build: SECRET };
  t.match(await service.post("/v1/deployments", other), { status: 202 }, "the secret of another stage tells nothing");
  t.match(
    await service.get("/v1/deployments"),
    { body: { items: [{ stage: "dev" }] } },
    "and is the only one that is kept",
  );
});

t.test("whoever may not name a place does not learn whether the name is a secret", async (t) => {
  const service = await startTestService(t);
  await service.store.learnSecrets(PLACE, [SECRET]);
  const made = await service.post("/v1/tokens", { name: "bank", role: "ci", applications: ["bank"] });
  const token = String(made.body["token"]);
  const answers = [SECRET, "no secret at all"].map((application) =>
    service.post("/v1/deployments", { ...OPENING, application }, { token }),
  );
  const [guessed, other] = await Promise.all(answers);
  t.match(guessed, { status: 403, body: { code: "OUTSIDE_GRANT" } });
  t.equal(guessed?.body["code"], other?.body["code"]);
});

t.test("a free text is kept without the secret, and a repeat is told by what was sent", async (t) => {
  const service = await startTestService(t);
  const call = { headers: { "idempotency-key": "once" } };
  const request = { ...OPENING, reason: `because\nof ${SECRET}` };
  const first = await service.post("/v1/deployments", request, call);
  await service.store.learnSecrets(PLACE, [SECRET]);
  const again = await service.post("/v1/deployments", request, call);
  t.match([first.status, again.status, idOf(again)], [202, 202, idOf(first)]);
  const later = await service.post("/v1/deployments", { ...request, scope: { functions: ["other"] } });
  t.match(later, { status: 202, body: { reason: "because\nof (secret)" } });
});

/** Members of requests that name what exists, choose, match, or log in: whatever they hold, it is looked up. */
const CHOICES = new Set(
  "id componentId deployment rollback snapshot planDigest target toBuild package components allowDestructive applications stages targets stacks functions secretKeys shownKeys roles continueUpdateRollback expiresAt grant_type subject_token subject_token_type requested_token_type resource audience scope add remove actor_token actor_token_type token subset".split(
    " ",
  ),
);

interface Schema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
}

/** The members that take a text of somebody, with those of parts. */
function textMembers(schema: Schema, member = ""): [string, Schema][] {
  if (schema.enum || schema.const !== undefined) return [];
  const parts = [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])].flatMap((each) =>
    textMembers(each, member),
  );
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, each]) => textMembers(each, key));
  return [...(schema.type === "string" ? [[member, schema] as [string, Schema]] : []), ...parts, ...below];
}

t.test("each text that a request brings is a free text, a name, or looked up", async (t) => {
  const document = JSON.parse(readFileSync(join(ROOT, "openapi/openapi.json"), "utf8")) as { paths: JsonObject };
  const seen = new Set<string>();
  for (const [path, methods] of Object.entries(document.paths as Record<string, Record<string, JsonObject>>)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (method === "get") continue;
      const content = (operation["requestBody"] as { content?: Record<string, { schema?: Schema }> } | undefined)
        ?.content;
      const bodies = Object.values(content ?? {}).flatMap(({ schema }) => (schema ? textMembers(schema) : []));
      const address = (operation["parameters"] ?? []) as unknown as { name: string; in: string; schema: Schema }[];
      const places = address
        .filter((each) => each.in !== "header")
        .map(({ name, schema }): [string, Schema] => [name, schema]);
      for (const [member, schema] of [...bodies, ...places]) {
        seen.add(member);
        const isName = takesNames({ body: { properties: { [member]: {} } } });
        const isFree = "x-control-characters" in schema;
        if (!isName && !isFree && !CHOICES.has(member))
          t.fail(`${method} ${path}: ${member} is in neither NAMES of the plugin nor CHOICES here`);
      }
    }
  }
  t.ok(["reason", "comment", "message", "lines", "name", "build", "ticket"].every((member) => seen.has(member)));
});
