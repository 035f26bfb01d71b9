import type { Deployment } from "../domain/activity/deployment.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import { listed } from "../domain/audit/subjects.ts";
import type { NewSnapshot } from "../domain/component/snapshot.ts";
import { plainJson } from "../domain/json.ts";
import { deed } from "./audit-deeds.ts";
import type { Deed } from "./port/audit.ts";
import type { RunRequest } from "./port/rollbacks.ts";

/** A text of a person, where there is one. */
export function reasonIn(text: string | null | undefined): Partial<Deed> {
  return text === null || text === undefined ? {} : { reason: text };
}

/** The same, with the ticket. */
function wordsIn({ reason, ticket }: { reason: string | null; ticket: string | null }): Partial<Deed> {
  return { ...reasonIn(reason), ...(ticket === null ? {} : { ticket }) };
}

export function openedDeployment(deployment: Deployment): Deed {
  const { application, stage, target, branch, commit, build, scope, onFailure, allowDestructive } = deployment;
  const after = { target, branch, commit, build, onFailure, allowDestructive, ...scopeIn(scope) };
  const subject = { type: "deployment", id: deployment.id, application, stage };
  return { action: "deployment.open", subject, ...wordsIn(deployment), after: plainJson(after) };
}

function scopeIn({ stacks, functions }: Deployment["scope"]) {
  return { stacks: listed(stacks), functions: listed(functions) };
}

export function openedRollback(rollback: Rollback): Deed {
  const { application, stage, target, deployments, undoes, restores, toBuild, drill, picked } = rollback;
  const { status, strategy, onConflict, onError, allowDestructive, waiver } = rollback;
  const source = { deployments, undoes, restores, toBuild: toBuild?.build ?? null };
  const options = { drill, strategy, onConflict, onError, allowDestructive, waiver };
  const after = { target, status, ...source, ...options, picked: listed(picked) };
  const subject = { type: "rollback", id: rollback.id, application, stage };
  return { action: "rollback.open", subject, ...wordsIn(rollback), after: plainJson(after) };
}

export function backedUp(activity: string, { id, components }: NewSnapshot): Deed {
  const incomplete = components.filter((component) => component.incomplete !== null).length;
  return deed("backup.save", activity, { after: { snapshot: id, components: components.length, incomplete } });
}

/** What somebody runs, and on whose approval. */
export function requestedRun(id: string, { planDigest, allowDestructive, waiver }: RunRequest): Deed {
  return deed("rollback.run", id, { planDigest, after: plainJson({ allowDestructive, waiver }) });
}
