import t from "tap";
import {
  createFunction,
  finishDeployment,
  invoke,
  openDeployment,
  type TestAccount,
  updateCode,
  worldOf,
} from "../support/test-account.ts";
import { type CommandResult, runInProcess } from "./run-in-process.ts";

const FunctionName = "shop-pay";

function stepback(w: TestAccount, args: readonly string[]): Promise<CommandResult> {
  return runInProcess(args, { env: { STEPBACK_URL: w.url, STEPBACK_TOKEN: w.token } });
}

/** An alias on a published version of good code, which the deploy moves to one of bad code: wholly, or a part of its calls. */
async function badDeploy(w: TestAccount, { weight }: { weight: number | null }): Promise<string> {
  await createFunction(w, FunctionName, "good");
  const { Version: good } = await w.aws("lambda", "PublishVersion", { FunctionName });
  await w.aws("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: good });
  const { id } = await openDeployment(w, { functions: [FunctionName] });
  await updateCode(w, FunctionName, "bad");
  const { Version: bad } = await w.aws("lambda", "PublishVersion", { FunctionName });
  const target = weight
    ? { FunctionVersion: good, RoutingConfig: { AdditionalVersionWeights: { [String(bad)]: weight } } }
    : { FunctionVersion: bad };
  await w.aws("lambda", "UpdateAlias", { FunctionName, Name: "live", ...target });
  await finishDeployment(w, id);
  return id;
}

for (const weight of [null, 0.5]) {
  const what = weight === null ? "an alias" : "a weight of an alias";
  t.test(
    `${what} that still serves the bad version is the last line, and the command in it brings it back`,
    async (t) => {
      const w = await worldOf(t);
      const id = await badDeploy(w, { weight });
      const args = ["rollback", "--deployment", id, "--yes"];
      const code = await stepback(w, [...args, "--component", `lambda-code:${FunctionName}`]);
      t.equal(code.code, 0, code.stderr);
      t.equal(await invoke(w, FunctionName), "good");
      const last = code.stderr.trimEnd().split("\n").at(-1) ?? "";
      t.match(last, /^Callers still get what the deploy left: The alias live keeps serving version 2\./);
      const command = /stepback (rollback .+)$/.exec(last)?.[1]?.split(" ") ?? [];
      const alias = await stepback(w, [...command, "--yes"]);
      t.equal(alias.code, 0, alias.stderr);
      t.notMatch(alias.stderr, /Callers still/);
      t.equal(await invoke(w, FunctionName, "live"), "good");
    },
  );
}
