import { type Ask, firstPage } from "./ask.ts";
import type { Owners } from "./judge.ts";
import { TENANTS } from "./logins.ts";

/** What exists. Requests name it as `@dep:3`, so that one that failed can be sent again to another state. */
export interface KnownNames {
  readonly byKind: ReadonlyMap<string, readonly string[]>;
  readonly owners: Owners;
}

/** A stand-in: `@kind:number`, or the team that the request is about. */
const STAND_IN = /@(?:(dep|rbk|snp|pin|rvl|tok|ver|component|digest|cursor):(\d+)|team)/g;

/** Puts what exists where a text names it, as `write` writes it there. A number beyond the end begins again. */
export function withNames(
  { byKind }: KnownNames,
  { text, team, write = (name) => name }: { text: string; team: string; write?: (name: string) => string },
): string {
  return text.replace(STAND_IN, (_, kind: string | undefined, number: string) => {
    if (kind === undefined) return team;
    const found = byKind.get(kind) ?? [];
    return write(found[Number(number) % Math.max(found.length, 1)] ?? "absent");
  });
}

/** Reads what exists. In an order that does not depend on chance. */
export async function readNames(ask: Ask): Promise<KnownNames> {
  const deployments = await firstPage(ask, "/v1/deployments?limit=30");
  const rollbacks = await firstPage(ask, "/v1/rollbacks?limit=30");
  const jobs = [...deployments, ...rollbacks];
  const snapshots = jobs.flatMap(({ snapshot }) => snapshot?.id ?? snapshot ?? []);
  const [dep, rbk] = [deployments, rollbacks].map((rows) => rows.map(({ id }) => id));
  const plans = await Promise.all(rollbacks.slice(0, 8).map(({ id }) => ask("GET", `/v1/rollbacks/${id}/plan`)));
  const digest = plans.flatMap(({ body }) => body.digest ?? []);
  const recorded = deployments.filter(({ record }) => record).slice(0, 6);
  const components = await Promise.all(recorded.map(({ id }) => firstPage(ask, `/v1/deployments/${id}/components`)));
  const component = [...new Set(components.flat().map(({ id }) => id))].toSorted();
  const marks = await Promise.all(
    TENANTS.map((tenant) => firstPage(ask, `/v1/applications/${tenant}/stages/prod/revalidations`)),
  );
  const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);
  const pins = await firstPage(ask, "/v1/pins");
  const owned = [...jobs, ...pins, ...marks.flat()];
  const owners = new Map(
    owned.flatMap(({ id, application, snapshot }): [string, string][] => [
      [id, application],
      [snapshot?.id ?? snapshot ?? id, application],
    ]),
  );
  const byKind = new Map(
    Object.entries({
      ...{ dep, rbk, digest, component, snp: snapshots.filter((id) => typeof id === "string") },
      pin: idsOf(pins),
      rvl: idsOf(marks.flat()),
      tok: idsOf(await firstPage(ask, "/v1/tokens?limit=30")),
      ver: idsOf(await firstPage(ask, "/v1/verifications?limit=30")),
      cursor: await cursorsIn(ask),
    }).map(([kind, found]) => [kind, found ?? []] as const),
  );
  return { byKind, owners };
}

async function cursorsIn(ask: Ask): Promise<string[]> {
  const lists = ["/v1/deployments", "/v1/rollbacks", "/v1/activities", "/v1/pins", "/v1/tokens", "/v1/verifications"];
  const pages = await Promise.all(lists.map((list) => ask("GET", `${list}?limit=1`)));
  return pages.flatMap(({ body }) => body.next ?? []);
}
