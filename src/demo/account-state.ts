import { createHash } from "node:crypto";
import type { Sandbox } from "#sandbox/sandbox";
import { canonicalText, type Json } from "../domain/json.ts";
import { STACK } from "./sample-service.ts";

/**
 * What the account itself says about the sample service. It is read from the sandbox and not from Stepback, which cannot
 * be a witness to its own rollback.
 */
export interface AccountState {
  /** Function or `function:alias` → CodeSha256. */
  readonly code: ReadonlyMap<string, string>;
  /** Function or `function:alias` → digest of its configuration. */
  readonly configuration: ReadonlyMap<string, string>;
  /** The stack's template as submitted. */
  readonly template: string;
}

/** Members of AWS's answers that tell when or under which number something was done, and not what it is. */
const INCIDENTAL = [
  "CodeSha256",
  "CodeSize",
  "ConfigSha256",
  "FunctionArn",
  "LastModified",
  "RevisionId",
  "Version",
  "State",
  "StateReason",
  "StateReasonCode",
  "LastUpdateStatus",
  "LastUpdateStatusReason",
  "LastUpdateStatusReasonCode",
];

export async function readAccount(sandbox: Sandbox): Promise<AccountState> {
  const code = new Map<string, string>();
  const configuration = new Map<string, string>();
  for (const [name, settings] of await readFunctions(sandbox)) {
    code.set(name, String(settings["CodeSha256"]));
    const compared = Object.entries(settings).filter(([key]) => !INCIDENTAL.includes(key));
    configuration.set(name, digest(Object.fromEntries(compared) as Json));
  }
  const { TemplateBody } = await sandbox
    .service("cloudformation")
    .call("GetTemplate", { StackName: STACK, TemplateStage: "Original" }, "wire");
  return { code, configuration, template: String(TemplateBody) };
}

/** Names at which two maps differ, sorted. */
export function differingNames(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] {
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].filter((name) => one.get(name) !== other.get(name)).sort();
}

type Settings = Readonly<Record<string, unknown>>;

/** Every function with its settings, and every alias with the settings of its version. */
async function readFunctions(sandbox: Sandbox): Promise<Map<string, Settings>> {
  const lambda = sandbox.service("lambda");
  const found = new Map<string, Settings>();
  const { Functions } = await lambda.call("ListFunctions", {}, "wire");
  for (const { FunctionName } of Functions as readonly { readonly FunctionName: string }[]) {
    const { Aliases } = await lambda.call("ListAliases", { FunctionName }, "wire");
    const aliases = (Aliases as readonly { readonly Name: string }[]).map(({ Name }) => `${FunctionName}:${Name}`);
    for (const name of [FunctionName, ...aliases]) {
      found.set(name, await lambda.call("GetFunctionConfiguration", { FunctionName: name }, "wire"));
    }
  }
  return found;
}

function digest(value: Json): string {
  return createHash("sha256").update(canonicalText(value)).digest("hex");
}
