import type { Plan, PlanStep, Rollback } from "#client/api-types";
import { adviceByCode } from "./errors.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { plural } from "./format.ts";
import type { Paint } from "./paint.ts";
import { hasChanges } from "./plan-lines.ts";
import { asOptions } from "./wording.ts";

type Loss = PlanStep["losses"][number];

/** What somebody has consented to so far. */
export interface Consent {
  readonly onConflict: Rollback["onConflict"];
  readonly allowed: Rollback["allowDestructive"];
}

/** What the plan loses and nobody has consented to. */
export function openLosses({ steps }: Plan, { allowed }: Consent): Loss[] {
  const asked = steps.flatMap(({ losses = [] }) => losses).filter((loss) => loss.class !== "told");
  if (typeof allowed === "boolean") return allowed ? [] : asked;
  return asked.filter(({ id }) => !namesOf(id).some((name) => allowed.includes(name)));
}

/** A resource is also known by its logical id. */
function namesOf(id: string): string[] {
  const logicalId = /^stack-resource:[^/]+\/(.+)$/.exec(id)?.[1];
  return logicalId === undefined ? [id] : [id, logicalId];
}

/** Whether a run would be refused before it touched anything. */
export function isRefused(plan: Plan, consent: Consent): boolean {
  return plan.refusals > 0 || hasConflicts(plan, consent) || openLosses(plan, consent).length > 0;
}

export function hasConflicts({ conflicts }: Plan, { onConflict }: Consent): boolean {
  return conflicts > 0 && onConflict === "fail";
}

/** Why a run would be refused, each with the option that changes it; empty where it would not be. */
export function refusalLines(plan: Plan, consent: Consent, paint: Paint): string[] {
  const losses = openLosses(plan, consent);
  const lines = [
    ...(plan.refusals > 0
      ? [
          `${plural(plan.refusals, "step")} refused: leave them out, or do what their reasons say.`,
          ...adviceByCode(refusalCodes(plan), paint),
        ]
      : []),
    ...(hasConflicts(plan, consent)
      ? [
          `${plural(plan.conflicts, "component")} changed by somebody else since: overwrite with --on-conflict restore, or leave with --on-conflict keep-live.`,
        ]
      : []),
    ...(losses.length > 0
      ? [...losses.map(lossText), `Consent to that with  ${losses.map(({ id }) => `--allow-loss ${id}`).join(" ")}`]
      : []),
  ];
  return lines.length > 0
    ? [paint("red", "A run of this plan would be refused:"), ...lines.map((line) => `  ${line}`)]
    : [];
}

function refusalCodes({ steps }: Plan): string[] {
  const refused = steps.filter(({ action }) => action === "refused");
  return refused.flatMap(({ reasons }) => reasons.filter((code) => code !== "CONFLICT"));
}

export function lossText({ id, type, detail }: Loss): string {
  return `${id} (${type}) is lost: ${asOptions(detail)}`;
}

/** What still serves the bad state after the plan has run, with the command that adds it; empty where nothing does. */
export function stillServing({ steps }: Plan, deployments: readonly string[]): string[] {
  const open = steps.flatMap(({ details }) => details.filter(({ code }) => code === "EFFECT_NEEDS_MORE"));
  return open.map(({ detail }) => {
    const ids = [...new Set(detail.match(/\b(?:stack|stack-resource|lambda-[a-z]+):[^\s,]*[^\s,.]/g) ?? [])];
    const options = [...deployments.map((id) => `--deployment ${id}`), ...ids.map((id) => `--component ${id}`)];
    const command = ids.length > 0 && deployments.length > 0 ? `  stepback rollback ${options.join(" ")}` : "";
    return `Callers still get what the deploy left: ${asOptions(detail)}${command}`;
  });
}

/** 1 where a run would be refused; else 2 for a plan with changes, where that is asked for; else 0. */
export function exitCodeOfPlan(
  plan: Plan,
  consent: Consent,
  { detailedExitcode }: { detailedExitcode?: true },
): ExitCode {
  if (isRefused(plan, consent)) return EXIT.failed;
  return detailedExitcode && hasChanges(plan) ? EXIT.planHasChanges : EXIT.done;
}
