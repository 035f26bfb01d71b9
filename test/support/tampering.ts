/** Every way of touching one byte of a file, and a second verifier that tries them. */

import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./root.ts";

export const TAMPERINGS = ["flip", "remove", "insert", "swap", "cut"] as const;
export type Tampering = (typeof TAMPERINGS)[number];

/** The bytes with one change at `at`; null where that changes nothing: two equal neighbors are swapped. */
export function tampered(bytes: Buffer, how: Tampering, at: number): Buffer | null {
  const [before, byte = 0, next] = [bytes.subarray(0, at), bytes[at], bytes[at + 1]];
  const after = bytes.subarray(at + 1);
  switch (how) {
    case "flip":
      return Buffer.concat([before, Buffer.of(byte ^ (1 << (at % 8))), after]);
    case "remove":
      return Buffer.concat([before, after]);
    case "insert":
      return Buffer.concat([before, Buffer.of(byte), bytes.subarray(at)]);
    case "swap":
      if (next === undefined || next === byte) return null;
      return Buffer.concat([before, Buffer.of(next, byte), after.subarray(1)]);
    case "cut":
      return Buffer.from(before);
  }
}

/** The Python verifier; null where there is no Python. */
export function pythonVerifier(): string | null {
  try {
    execFileSync("python3", ["-c", "import sys; assert sys.version_info >= (3, 8)"]);
    return join(ROOT, "tools", "verify_audit.py");
  } catch {
    return null;
  }
}

/** Prints how many changes it tried, and those that it did not see. */
const TRY_ALL = `
import importlib.util, json, sys
sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("verify_audit", sys.argv[1])
verifier = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verifier)
data = open(sys.argv[2], "rb").read()
first, step = int(sys.argv[3]), int(sys.argv[4])
def tampered(how, at):
    before, byte, after = data[:at], data[at], data[at + 1:]
    if how == "flip": return before + bytes([byte ^ (1 << (at % 8))]) + after
    if how == "remove": return before + after
    if how == "insert": return before + bytes([byte]) + data[at:]
    if how == "swap": return before + after[:1] + bytes([byte]) + after[1:]
    return before
tried, missed = 0, []
for how in json.loads(sys.argv[5]):
    for at in range(first, len(data), step):
        changed = tampered(how, at)
        if changed == data: continue
        tried += 1
        if not verifier.check(changed)[0]: missed.append([how, at])
print(json.dumps({"tried": tried, "missed": missed}))
`;

interface Tries {
  readonly tried: number;
  readonly missed: readonly (readonly [Tampering, number])[];
}

/** Has the Python verifier check the file with each change at every `step`th byte. A crash of it rejects. */
export async function tamperInPython(
  verifier: string,
  file: string,
  { how, step, first = 0 }: { how: readonly Tampering[]; step: number; first?: number },
): Promise<Tries> {
  const args = ["-c", TRY_ALL, verifier, file, String(first), String(step), JSON.stringify(how)];
  const { stdout } = await promisify(execFile)("python3", args, { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout) as Tries;
}
