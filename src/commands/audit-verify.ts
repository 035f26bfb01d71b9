import { open, readFile } from "node:fs/promises";
import type { Starter } from "#cli/cli";
import { CliError, EXIT, type ExitCode } from "#cli/exit-codes";
import { groupOf } from "#cli/group";
import type { KeptElsewhere, VerifyReport } from "../domain/audit/kept-elsewhere.ts";
import { isBundle, verifyBundle } from "../domain/audit/verify-bundle.ts";
import { verifyExport } from "../domain/audit/verify-export.ts";
import { asObject, type JsonObject } from "../domain/json.ts";

interface VerifyOptions {
  readonly key?: string;
  readonly checkpoint?: string;
}

/** Needs no service: whoever checks a file of the audit need not trust the one that made it. */
export const auditVerifyCommand: Starter = (program, start) => {
  groupOf(program, "audit", "read, export and check the audit")
    .command("verify")
    .description("check an evidence bundle or an export of the audit (NDJSON), without the service")
    .argument("<file>", "as `audit evidence` or `audit export` writes it")
    .option("--key <file>", "the public key (PEM) that must have signed; otherwise the one in the file is believed")
    .option("--checkpoint <file>", "a checkpoint that was kept elsewhere, as `audit checkpoint --output json` gives it")
    .action((file: string, options: VerifyOptions) => start(() => verify(file, options)));
};

async function verify(file: string, { key, checkpoint }: VerifyOptions): Promise<ExitCode> {
  const kept = {
    key: key === undefined ? null : await readText(key),
    checkpoint: checkpoint === undefined ? null : checkpointIn(await readText(checkpoint)),
  };
  const { about, records, erased, faults, keyId } = await reportOn(file, kept);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  if (faults.length > 0) return EXIT.failed;
  const what = about === "export" ? "" : `evidence of ${about}: `;
  const gone = erased === 0 ? "" : `; ${erased} texts were erased, or left out before it was signed`;
  const whose = key === undefined ? "which this file brought" : "which was kept elsewhere";
  process.stdout.write(
    `${what}${records} records, none altered and none missing${gone}\nsigned by key ${keyId}, ${whose}\n`,
  );
  return EXIT.done;
}

/** A bundle is read whole, an export in pieces: it has the whole log. */
async function reportOn(file: string, kept: KeptElsewhere): Promise<VerifyReport> {
  const handle = await open(file).catch(unreadable(file));
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    if (isBundle(buffer.subarray(0, bytesRead))) return verifyBundle(await readFile(file), kept);
    return await verifyExport(handle.createReadStream({ start: 0, autoClose: false }), kept);
  } catch (error) {
    return unreadable(file)(error as Error);
  } finally {
    await handle.close();
  }
}

function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch(unreadable(file));
}

function unreadable(file: string) {
  return (error: Error): never => {
    throw new CliError(EXIT.usage, `${file} cannot be read: ${error.message}`);
  };
}

/** As the API answers it, or alone, as a bundle holds it. */
function checkpointIn(text: string): JsonObject {
  try {
    const found = asObject(JSON.parse(text));
    return asObject(found["checkpoint"] ?? found);
  } catch {
    throw new CliError(EXIT.usage, "The file of the checkpoint is no JSON.");
  }
}
