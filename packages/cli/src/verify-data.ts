import { setTimeout as sleep } from "node:timers/promises";
import type { Finding, Verification } from "#client/api-types";
import { unwrap } from "#client/connect";
import { readAllFindings } from "#client/jobs";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { plural, sizeText } from "./format.ts";
import type { Paint } from "./paint.ts";
import type { Session } from "./session.ts";

/** What a verification reads. */
export interface Reading {
  readonly readData?: boolean;
  readonly subset?: string;
}

/** The counts of a verification, by the service or without one. */
export type Counted = Pick<Verification, "rows" | "records" | "files" | "bytes" | "damaged" | "leftOver">;

const POLL_MS = 500;

/** Has the service check what it stores, and prints what it found. Exits with 1 where something is damaged. */
export async function verifyByService(
  { api, terminal, interrupted }: Session,
  { readData = false, subset }: Reading,
): Promise<ExitCode> {
  const body = { readData, ...(subset === undefined ? {} : { subset }) };
  const { id } = await unwrap(api.POST("/v1/verifications", { body }));
  const params = { path: { id } };
  let verification = await unwrap(api.GET("/v1/verifications/{id}", { params }));
  while (verification.finishedAt === null) {
    await sleep(POLL_MS, null, { signal: interrupted });
    verification = await unwrap(api.GET("/v1/verifications/{id}", { params }));
  }
  const findings = await readAllFindings(api, id);
  terminal.answer({ ...verification, findings }, (paint) => verificationLines(verification, findings, paint));
  return exitCodeFor(verification);
}

export function exitCodeFor({ damaged }: Counted): ExitCode {
  return damaged === 0 ? EXIT.done : EXIT.failed;
}

/** What was found, each with what can no longer be restored, and what was checked at. */
export function verificationLines(counts: Counted, findings: readonly Finding[], paint: Paint): string[] {
  const { rows, records, files, bytes, damaged, leftOver } = counts;
  const checked = `${plural(rows, "row")}, ${plural(records, "record")} of the audit, ${plural(files, "file")}, ${sizeText(bytes)} read`;
  const verdict = damaged === 0 ? paint("green", "whole") : paint("red", `${damaged} damaged`);
  const left = leftOver === 0 ? "" : `, ${leftOver} left over`;
  return [...findings.flatMap((finding) => findingLines(finding, paint)), `${checked}: ${verdict}${left}`];
}

function findingLines({ kind, name, damage, detail, losses, lost }: Finding, paint: Paint): string[] {
  const colour = damage === "left-over" ? "yellow" : "red";
  const unnamed = lost - losses.length;
  return [
    `${paint(colour, damage)}  ${kind} ${name}: ${detail}`,
    ...losses.map(({ activity, snapshot, component, package: of }) =>
      of === null
        ? `  not restorable: ${component} of ${activity} (${snapshot})`
        : `  not restorable: the package ${of}`,
    ),
    ...(unnamed > 0 ? [`  and ${unnamed} more`] : []),
  ];
}
