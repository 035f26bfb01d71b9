import type { Deployment } from "../../domain/activity/deployment.ts";
import { type CapturedComponent, type ComponentId, componentId } from "../../domain/component/component.ts";
import type { Reason } from "../../domain/errors.ts";
import { mayLose } from "../../domain/plan/losses.ts";
import type { Verdict } from "../../domain/plan/readiness.ts";

type Asked = Pick<Deployment, "scope" | "onFailure" | "allowDestructive">;
type Verdicts = ReadonlyMap<ComponentId, Verdict>;

interface BackedUp {
  readonly components: readonly CapturedComponent[];
  readonly verdicts: Verdicts;
  /** Entries of the scope that match nothing. */
  readonly unmatched: readonly Reason[];
}

/** What somebody should know before the deploy begins. Pure. */
export function warningsAbout(asked: Asked, { components, verdicts, unmatched }: BackedUp): Reason[] {
  const ids = components.map(({ id }) => id);
  return asked.onFailure === "rollback" ? [...unmatched, ...doubtsOn(asked, ids, verdicts)] : [...unmatched];
}

/** Why the rollback of a failed deploy might be refused, as far as the backup tells. */
function doubtsOn({ scope, allowDestructive }: Asked, ids: readonly ComponentId[], verdicts: Verdicts): Reason[] {
  const isAllowed = mayLose(allowDestructive, []);
  const created = scope.stacks.map((name) => componentId("stack", name)).filter((id) => !ids.includes(id));
  const deleted = created.filter((id) => allowDestructive !== true && !isAllowed(id));
  const stuck = [...verdicts].filter(([, { readiness }]) => readiness === "irreversible").map(([id]) => id);
  const doubt = (detail: string): Reason => ({ code: "ROLLBACK_NOT_CERTAIN", detail });
  return [
    ...deleted.map((id) =>
      doubt(`If the deploy creates ${id}, its rollback deletes it, which needs consent to ${id} once it holds data.`),
    ),
    ...stuck.map((id) => doubt(`${id} is irreversible: if the deploy alters it, the rollback is refused.`)),
  ];
}
