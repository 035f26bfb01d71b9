import type { Activity } from "../activity/activity.ts";
import type { LogLine } from "../activity/log.ts";
import { canonicalText, plainJson } from "../json.ts";
import type { Plan } from "../plan/plan.ts";

/*
 * The files of an evidence bundle whose SHA-256 stands in the job's last record. They are canonical (RFC 8785), so that the same
 * facts give the same bytes whenever they are asked for. None holds a setting's value: those are in no log and in no result, and of
 * a plan only what it does is taken, not the states that it goes to.
 */

export function planText({ digest, plannedAt, steps }: Plan): string {
  const shown = steps.map(({ goal: _goal, diff: _diff, liveDigest: _live, bridges, actions, ...step }) => ({
    ...step,
    bridges: bridges.map(({ goal: _bridgeGoal, ...bridge }) => bridge),
    actions: actions.map(({ do: what, name }) => ({ do: what, name })),
  }));
  return `${canonicalText(plainJson({ digest, plannedAt, steps: shown }))}\n`;
}

/** How a job ended. `facts`: what is particular to its type. */
export function resultText({ id, status, error, startedAt, finishedAt }: Activity, facts: object): string {
  return `${canonicalText(plainJson({ id, status, error, startedAt, finishedAt, ...facts }))}\n`;
}

export function logLineText(line: LogLine): string {
  return `${canonicalText(plainJson(line))}\n`;
}
