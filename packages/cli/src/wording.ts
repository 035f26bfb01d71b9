/*
 * The service's texts name members of the API in backticks, because every client reads them. Here they are said in the
 * words of the command line.
 */

/** Members of a request by the option that sets them; any other is an option of the same name in kebab-case. */
const OPTIONS: Readonly<Record<string, string>> = {
  allowDestructive: "--allow-loss",
  components: "--component",
  functions: "--function",
  rollback: "--undo",
  scope: "--stack or --function",
  stacks: "--stack",
};

/** Members with a value that are no option with a value. */
const FLAGS: Readonly<Record<string, string>> = {
  "allowDestructive: true": "--allow-loss all",
  'components: "all"': "--all",
  "emergency: true": "--emergency",
  "includeFailed: true": "--include-failed",
  "run: false": "--plan",
};

/** Members of an answer: what stands above an advice. */
const ANSWERS: ReadonlySet<string> = new Set(["detail", "errors"]);

/** What one has instead of a request or a header. */
const REQUESTS: Readonly<Record<string, string>> = {
  "Authorization: Bearer <token>": "a token with STEPBACK_TOKEN",
  "GET /v1/deployments/{id}/components": "`stepback components ID`",
  "GET /v1/components/{componentId}/history": "`stepback history COMPONENT`",
  "GET /v1/applications/{application}/stages/{stage}/builds": "`stepback builds`",
  "POST /v1/deployments/{id}/cancel": "`stepback cancel ID`",
  "POST /v1/rollbacks/{id}/cancel": "`stepback cancel ID`",
  "POST /v1/deployments/{id}/finish": "`stepback deploy`, which does so when its command ends",
  "POST /v1/rollbacks/{id}/approvals": "`stepback approve ID`",
  "POST /v1/rollbacks/{id}/plan": "`stepback rollback --plan`",
  "content-type: application/json": "`content-type: application/json`",
};

/** Members that are the same words on the command line, without a value. */
const MEMBERS: ReadonlySet<string> = new Set([
  ...["allowDestructive", "components", "continueUpdateRollback", "deployment", "onConflict", "onError", "onFailure"],
  ...["reason", "rollback", "snapshot", "strategy", "target", "toBuild"],
]);

/** A text of the service as the command line says it: members of the API as options, requests as commands. Pure. */
export function asOptions(text: string): string {
  return text.replace(/`([^`]+)`/g, (whole, quoted: string) => wordsFor(quoted) ?? whole);
}

function wordsFor(quoted: string): string | null {
  const flag = FLAGS[quoted];
  if (flag) return `\`${flag}\``;
  if (Object.hasOwn(REQUESTS, quoted)) return REQUESTS[quoted] ?? null;
  if (ANSWERS.has(quoted)) return "the message above";
  if (MEMBERS.has(quoted)) return `\`${optionFor(quoted)}\``;
  const [, member = "", value = ""] = /^([A-Za-z]+): (.+)$/.exec(quoted) ?? [];
  if (!MEMBERS.has(member)) return null;
  return `\`${optionFor(member)} ${member === "continueUpdateRollback" ? continuedStacks(value) : value}\``;
}

/** `{"shop":["Pay"]}` as `shop=Pay`. */
function continuedStacks(json: string): string {
  const entries = Object.entries(JSON.parse(json) as Record<string, readonly string[]>);
  const options = entries.map(([stack, skip]) => [stack, ...(skip.length > 0 ? [skip.join(",")] : [])].join("="));
  return options.join(` ${optionFor("continueUpdateRollback")} `);
}

/** Members of requests that are options, too, besides those that texts of the service name. */
const OTHER_OPTIONS: ReadonlySet<string> = new Set([
  ...["application", "branch", "build", "commit", "functions", "includeFailed", "scope", "stacks", "stage", "ticket"],
]);

/**
 * The option that a JSON pointer into a request's body is about: `/components/0` is about `--component`. What no option sets,
 * such as a member of a policy's file, keeps its pointer. Pure.
 */
export function optionAt(pointer: string): string {
  const [member = "", ...deeper] = pointer.split("/").slice(1);
  if (!MEMBERS.has(member) && !OTHER_OPTIONS.has(member)) return pointer;
  const [within] = deeper;
  if (member === "scope" && within !== undefined) return optionFor(within);
  const isNamed = member === "continueUpdateRollback" && within !== undefined;
  return isNamed ? `${optionFor(member)} ${within}` : optionFor(member);
}

function optionFor(member: string): string {
  return OPTIONS[member] ?? `--${member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
