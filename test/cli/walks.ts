import type { Test } from "tap";
import type { Shape } from "#sandbox/core/contract";
import { payResource } from "../support/stack-templates.ts";
import { finishDeployment, openDeployment, type TestAccount } from "../support/test-account.ts";
import { type CommandResult, runInProcess } from "./run-in-process.ts";

/** An account and somebody at its command line, who does what the refusals say and nothing else. */
export interface Walks {
  readonly w: TestAccount;
  /** Runs a command; what it prints is in the words of the command line. */
  readonly run: (...args: readonly string[]) => Promise<CommandResult>;
  /** Rolls back without being asked, and is refused before anything is touched. Returns everything that was printed. */
  readonly refused: (deployment: string, args: readonly string[], code: string) => Promise<string>;
  /** Rolls back without being asked, and ends Completed. */
  readonly completes: (deployment: string, args: readonly string[]) => Promise<void>;
}

export function walksIn(w: TestAccount, t: Test): Walks {
  w.sandbox.calls.clear();
  const run = async (...args: readonly string[]) => {
    const end = await runInProcess(args, { env: { STEPBACK_URL: w.url, STEPBACK_TOKEN: w.token, ...w.awsEnv } });
    t.same(wordsOfTheApi(`${end.stdout}${end.stderr}`), [], `stepback ${args.join(" ")} speaks of options`);
    return end;
  };
  const rollback = (deployment: string, args: readonly string[]) =>
    run("rollback", "--deployment", deployment, "--yes", ...args);
  return {
    w,
    run,
    async refused(deployment, args, code) {
      w.sandbox.calls.clear();
      const { code: exit, stdout, stderr } = await rollback(deployment, args);
      t.not(exit, 0, "it is refused");
      t.match(`${stdout}${stderr}`, new RegExp(`\\b${code}\\b`));
      t.same(lasting(w), [], "nothing is touched");
      return `${stdout}${stderr}`;
    },
    async completes(deployment, args) {
      const { code, stdout, stderr } = await rollback(deployment, args);
      t.match({ code, stdout }, { code: 0, stdout: / Completed/ }, `${stdout}${stderr}`);
    },
  };
}

/** What a change set does before it runs is undone with it. */
function lasting(w: TestAccount): string[] {
  const operations = w.sandbox.calls.mutations().map(({ operation }) => operation);
  return operations.filter((operation) => !operation.endsWith("ChangeSet"));
}

const API_WORDS = [
  /\b(allowDestructive|onConflict|onError|onFailure|continueUpdateRollback|includeFailed|toBuild|planDigest)\b/g,
  /`(detail|errors|components|deployment|reason|snapshot|target|run: \w+|strategy: \w+)`/g,
  /(?:^|\s)\/(?:components|deployment|scope|target|reason|strategy)\b\S*/g,
  /\b(?:GET|POST|PUT|DELETE) \S+/g,
  /\/v1\/\S*/g,
];

/** Members, pointers and addresses of the API in what the command line has printed. */
export function wordsOfTheApi(printed: string): string[] {
  return API_WORDS.flatMap((words) => printed.match(words) ?? []);
}

/** A whole deployment by somebody's own tool. */
export async function deployedBy(
  w: TestAccount,
  scope: { stacks?: string[]; functions?: string[] },
  deploy: () => Promise<unknown>,
  outcome = "succeeded",
): Promise<string> {
  const { id } = await openDeployment(w, scope);
  await deploy();
  const { status, error } = await finishDeployment(w, id, outcome);
  if (status !== "Completed" && outcome === "succeeded") throw new Error(JSON.stringify(error));
  return id;
}

/** The commands of the AWS CLI in a text, as their operation and the options that the tests need. */
export function awsCommandIn(printed: string, operation: string): Readonly<Record<string, string>> {
  const command = new RegExp(`aws \\w+ ${operation} ([^\`]+)\``).exec(printed)?.[1] ?? "";
  const options = command.matchAll(/--([a-z-]+)(?: '([^']*)'| ([^-\s]\S*))?/g);
  return Object.fromEntries([...options].map(([, name = "", quoted, plain]) => [name, quoted ?? plain ?? ""]));
}

export function topic(DisplayName: string, more: Shape = {}) {
  return { Type: "AWS::SNS::Topic", Properties: { DisplayName }, ...more };
}

/** A function whose handler returns `says`. */
export function functionNamed(FunctionName: string, says: string, more: Shape = {}) {
  return payResource({ ZipFile: `exports.handler = async () => '${says}';` }, { FunctionName, ...more });
}
