import { open, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Starter } from "#cli/cli";
import { CliError, EXIT, type ExitCode } from "#cli/exit-codes";
import { verifyExport } from "../domain/audit/verify-export.ts";
import { asObject, type JsonObject } from "../domain/json.ts";

interface VerifyOptions {
  readonly key?: string;
  readonly checkpoint?: string;
}

/** Needs no service: whoever checks an export need not trust the one that made it. */
export const auditVerifyCommand: Starter = (program, start) => {
  program
    .command("audit")
    .summary("check exports of the audit")
    .command("verify")
    .description("check an export of the audit (NDJSON), without the service")
    .argument("<file>", "as `GET /v1/audit/export` gives it")
    .option("--key <file>", "the public key (PEM) that must have signed; otherwise the one in the file is believed")
    .option("--checkpoint <file>", "a checkpoint that was kept elsewhere, as `GET /v1/audit/checkpoint` gives it")
    .action((file: string, options: VerifyOptions) => start(() => verify(file, options)));
};

async function verify(file: string, { key, checkpoint }: VerifyOptions): Promise<ExitCode> {
  const kept = {
    key: key === undefined ? null : await readText(key),
    checkpoint: checkpoint === undefined ? null : checkpointIn(await readText(checkpoint)),
  };
  const input = (await open(file).catch(unreadable(file))).createReadStream();
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const { records, faults, keyId } = await verifyExport(lines, kept);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  if (faults.length > 0) return EXIT.failed;
  const whose = key === undefined ? "which this file brought" : "which was kept elsewhere";
  process.stdout.write(`${records} records, none altered and none missing; signed by key ${keyId}, ${whose}\n`);
  return EXIT.done;
}

function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch(unreadable(file));
}

function unreadable(file: string) {
  return (error: Error): never => {
    throw new CliError(EXIT.usage, `${file} cannot be read: ${error.message}`);
  };
}

function checkpointIn(text: string): JsonObject {
  try {
    const found = asObject(JSON.parse(text));
    return asObject(found["checkpoint"] ?? found);
  } catch {
    throw new CliError(EXIT.usage, "The file of the checkpoint is no JSON.");
  }
}
