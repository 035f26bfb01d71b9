/**
 * The child process's program, as the text of an ES module. Node gets it by `--eval`, so a build need not ship another
 * file. It reads one invocation from stdin and writes its outcome to descriptor 3, which leaves stdout and stderr to
 * the function's own logs.
 */
export const HANDLER_PROCESS_SOURCE = String.raw`
import { existsSync, readFileSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const OUTCOME = 3;
const { taskRoot, handler, event, context, deadlineMs } = JSON.parse(readFileSync(0, "utf8"));

function fail(errorType, errorMessage, trace = []) {
  finish({ error: { errorType, errorMessage, trace } });
}

function failWith(error) {
  if (!(error instanceof Error)) return fail(typeof error, String(error));
  fail(error.name, error.message, String(error.stack).split("\n").map((line) => line.trimEnd()));
}

function finish(outcome) {
  let text = JSON.stringify(outcome);
  for (let bytes = Buffer.from(text); bytes.length > 0; ) bytes = bytes.subarray(writeSync(OUTCOME, bytes));
  process.exit(0);
}

async function loadHandler() {
  const [moduleName, ...path] = basename(handler).split(".");
  const stem = join(taskRoot, dirname(handler), moduleName);
  const file = [".js", ".mjs", ".cjs"].map((extension) => stem + extension).find(existsSync);
  if (!file) return fail("Runtime.ImportModuleError", "Error: Cannot find module '" + moduleName + "'");
  const loaded = await import(pathToFileURL(file).href);
  const find = (root) => path.reduce((value, name) => value?.[name], root);
  const found = find(loaded) ?? find(loaded.default);
  if (typeof found !== "function") {
    return fail("Runtime.HandlerNotFound", handler + " is undefined or not exported");
  }
  return found;
}

process.on("uncaughtException", failWith);
process.on("unhandledRejection", failWith);
try {
  const found = await loadHandler();
  const result = await new Promise((resolve, reject) => {
    const callback = (error, value) => (error ? reject(error) : resolve(value));
    const remaining = () => Math.max(0, deadlineMs - Date.now());
    const returned = found(event, { ...context, getRemainingTimeInMillis: remaining }, callback);
    if (typeof returned?.then === "function") returned.then(resolve, reject);
    else if (found.length < 3) resolve(returned);
  });
  finish({ result: result ?? null });
} catch (error) {
  failWith(error);
}
`;
