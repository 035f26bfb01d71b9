import { appendFile } from "node:fs/promises";
import type { Deployment, Rollback } from "#client/api-types";
import type { Terminal } from "./terminal.ts";
import { visible } from "./visible.ts";

/** The outputs of a step, by the names under which later steps of the workflow read them. */
interface Outputs {
  readonly "deployment-id"?: string | null;
  readonly "snapshot-id"?: string | null;
  readonly "rollback-id"?: string | null;
  readonly status: string;
  /** Whether what a bad deploy altered may still be live. */
  readonly "still-broken"?: boolean;
}

/** Appends them to the file that GitHub Actions names. A file that cannot be written is noted and changes nothing else. */
async function writeOutputs(terminal: Terminal, outputs: Outputs): Promise<void> {
  const { env } = terminal.io;
  const file = env["GITHUB_OUTPUT"];
  if (!file) return;
  const known = Object.entries(outputs).filter(([, value]) => value !== null && value !== undefined);
  try {
    await appendFile(file, known.map(([name, value]) => entryOf(name, visible(String(value)))).join(""));
  } catch (error) {
    terminal.note(
      `The outputs could not be written to GITHUB_OUTPUT: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** With a delimiter that no value contains, so that a value with line breaks cannot set another output. */
function entryOf(name: string, value: string): string {
  let delimiter = "stepback";
  while (value.includes(delimiter)) delimiter += "_";
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

/** Of a deployment as it is now, with the end of the rollback that it asked for. */
export function writeDeploymentOutputs(
  terminal: Terminal,
  deployment: Deployment,
  rollback: Rollback | null = null,
): Promise<void> {
  const { id, status, snapshot } = deployment;
  return writeOutputs(terminal, {
    "deployment-id": id,
    "snapshot-id": snapshot.id,
    "rollback-id": deployment.rollback,
    status,
    "still-broken": isStillBroken(deployment, rollback),
  });
}

/** Only a failed deploy breaks anything here. One whose record nobody has read may have altered anything. */
function isStillBroken({ outcome, altered }: Deployment, rollback: Rollback | null): boolean {
  if (outcome !== "failed" || rollback?.status === "Completed") return false;
  return altered === null || Object.values(altered).some((count) => count > 0);
}

/** Of a rollback that has ended, or was started without waiting for its end. */
export function writeRollbackOutputs(terminal: Terminal, rollback: Rollback): Promise<void> {
  const { id, status, deployment, snapshot } = rollback;
  return writeOutputs(terminal, {
    "deployment-id": deployment,
    "snapshot-id": snapshot,
    "rollback-id": id,
    status,
    "still-broken": status !== "Completed",
  });
}
