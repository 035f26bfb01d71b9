import type { Plan, PlanStep, Rollback, RollbackComponent } from "#client/api-types";
import { problemOf } from "#client/problem";
import { problemLines } from "./errors.ts";
import { changeLines, countsText, plural, SHORT_DIGEST_CHARACTERS } from "./format.ts";
import { type Paint, paintStatus, type Style } from "./paint.ts";
import { tableLines } from "./table.ts";
import { asOptions } from "./wording.ts";

const ACTION_STYLES: Readonly<Record<PlanStep["action"], Style>> = {
  restore: "yellow",
  remove: "red",
  recreate: "green",
  unchanged: "dim",
  refused: "red",
};

/** What a rollback would do, step by step; with `withDiff` also what each step changes. */
export function planLines(plan: Plan, paint: Paint, withDiff: boolean): string[] {
  const rows = plan.steps.map((step) => ({
    cells: [
      String(step.order),
      String(step.wave),
      step.component,
      step.displayName ?? "",
      paint(ACTION_STYLES[step.action], step.action),
      step.via ? `with ${step.via}` : step.strategy,
      paint("red", marksOf(step)),
      step.reasons.join(", "),
    ],
    below: [
      ...positionLines(step, plan).map((line) => `    ${paint("dim", line)}`),
      ...step.details.map(({ detail }) => `    ${paint("dim", asOptions(detail))}`),
      ...(withDiff ? changeLines(step.diff, paint) : []),
    ],
  }));
  return [
    ...tableLines(["#", "WAVE", "COMPONENT", "NAME", "ACTION", "STRATEGY", "MARKS", "REASONS"], rows, paint),
    `${planSummary(plan)} · digest ${plan.digest.slice(0, SHORT_DIGEST_CHARACTERS)}`,
  ];
}

/** Why a stack has its place, and what waits for what. The place of all other steps is the same in every plan. */
function positionLines({ component, via, position, bridges, lowers, after }: PlanStep, { steps }: Plan): string[] {
  const isTied = after.length > 0 || steps.some((other) => other.after.includes(component));
  const lowering = (lowers ?? []).map((pass) => `in wave ${pass.wave}: ${pass.position}`);
  if (via || !(component.startsWith("stack:") || isTied)) return lowering;
  return [...lowering, ...bridges.map((bridge) => `bridge in wave ${bridge.wave}: ${bridge.position}`), position];
}

/** Whether running the plan would change anything, or would be refused. */
export function hasChanges(plan: Plan): boolean {
  return plan.steps.some(({ action }) => action !== "unchanged");
}

/** The rows of an ended rollback, and its result in one line. */
export function resultLines(rollback: Rollback, rows: readonly RollbackComponent[], paint: Paint): string[] {
  const table = tableLines(
    ["COMPONENT", "NAME", "STATUS", "VERIFIED", "STRATEGY", "WARNINGS"],
    rows.map((row) => ({
      cells: [
        row.component,
        row.displayName ?? "",
        paintStatus(paint, row.status),
        verifiedText(row.verified),
        row.strategy,
        row.warnings.join(", "),
      ],
      below: row.error ? [`    ${row.error.code} ${asOptions(row.error.detail)}`] : [],
    })),
    paint,
  );
  const result = rollback.result ? `: ${countsText(rollback.result)}` : "";
  return [
    ...(rows.length > 0 ? table : []),
    `Rollback ${rollback.id} ${paintStatus(paint, rollback.status)}${result}`,
    ...(rollback.error ? problemLines(problemOf(rollback.error, rollback.error.status), paint) : []),
  ];
}

function planSummary({ steps, refusals, conflicts, destructive }: Plan): string {
  return [
    plural(steps.length, "step"),
    refusals > 0 && `${refusals} refused`,
    conflicts > 0 && plural(conflicts, "conflict"),
    destructive > 0 && `${destructive} destructive`,
  ]
    .filter(Boolean)
    .join(", ");
}

function marksOf({ conflict, destructive }: PlanStep): string {
  return [conflict && "conflict", destructive && "destructive"].filter(Boolean).join(", ");
}

function verifiedText(verified: boolean | null): string {
  if (verified === null) return "";
  return verified ? "yes" : "no";
}
