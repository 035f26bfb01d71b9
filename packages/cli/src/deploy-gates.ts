import { type AlteredComponent, alteredComponentReadinessValues, type Deployment } from "#client/api-types";
import { unwrap } from "#client/connect";
import { readAllComponents } from "#client/jobs";
import { CliError, EXIT } from "./exit-codes.ts";
import { componentText, plural } from "./format.ts";
import type { Session } from "./session.ts";
import { asOptions } from "./wording.ts";

/*
 * What stops a deploy before its command starts. Each gate names everything that stops it, and cancels the deployment.
 */

type Readiness = AlteredComponent["readiness"];
/** The least that every component of the backup must be; `irreversible` would require nothing. */
export type Required = Exclude<Readiness, "irreversible">;
type Ready = Pick<Deployment, "id" | "snapshot" | "warnings">;

/** No backup, no deploy: an incomplete component could not be restored. */
export async function requireComplete(session: Session, { id, snapshot }: Ready): Promise<void> {
  if (!snapshot.incomplete) return;
  const { api, steadyApi, terminal } = session;
  const incomplete = (await readAllComponents(api, snapshot.id)).filter((component) => component.incomplete !== null);
  await cancelDeployment(steadyApi, id);
  for (const component of incomplete)
    terminal.note(`${componentText(component)} is incomplete`, `  ${component.incomplete}`);
  throw new CliError(
    EXIT.service,
    `The backup of ${plural(incomplete.length, "component")} is incomplete: the command is not started.`,
    "Fix what the reasons name, or start all the same with --allow-incomplete.",
  );
}

/** Refuses a backup in which a component cannot be rolled back as well as required, or which misses part of the scope. */
export async function requireReadiness(
  session: Session,
  { id, snapshot, warnings }: Ready,
  required: Required,
): Promise<void> {
  const { api, steadyApi, terminal } = session;
  const short = (await readAllComponents(api, snapshot.id)).filter(({ readiness }) => isWorse(readiness, required));
  const missed = warnings.filter(({ code }) => code === "SCOPE_MATCHED_NOTHING");
  if (short.length === 0 && missed.length === 0) return;
  await cancelDeployment(steadyApi, id);
  for (const component of short) {
    terminal.note(
      `${componentText(component)} is ${component.readiness}`,
      ...component.details.map(({ detail }) => `  ${asOptions(detail)}`),
    );
  }
  if (short.length === 0)
    throw new CliError(
      EXIT.service,
      "An entry of the scope matches nothing, so nothing is known of it: the command is not started.",
      "Check its spelling, or leave out --require for a first deploy.",
    );
  throw new CliError(
    EXIT.service,
    `${plural(short.length, "component")} would not be ${required}: the command is not started.`,
    "Fix what the reasons name, or require less with --require.",
  );
}

/** From best to worst. */
const RANKS = alteredComponentReadinessValues;

/** Old snapshots have no readiness, and unknown counts as worse. */
function isWorse(readiness: Readiness | null, required: Required): boolean {
  return readiness === null || RANKS.indexOf(readiness) > RANKS.indexOf(required);
}

export async function cancelDeployment(steadyApi: Session["steadyApi"], id: string): Promise<void> {
  await unwrap(steadyApi.POST("/v1/deployments/{id}/cancel", { params: { path: { id } } }));
}
