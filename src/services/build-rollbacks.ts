import type { Activity, Rollback } from "../domain/activity.ts";
import { type Build, type BuildDeployment, type BuildReturn, redeployedIds } from "../domain/build.ts";
import { StepbackError } from "../domain/errors.ts";
import type { StageName } from "../domain/package.ts";
import type { Store } from "../store/store.ts";
import { found } from "./refusals.ts";
import { type RollbackSource, readReturn, returnRows, rowsBetween } from "./rollback-sources.ts";
import { openFrom, type RollbackOptions } from "./rollbacks.ts";
import type { ServiceDeps } from "./service-deps.ts";

export interface BuildRollbackRequest extends RollbackOptions {
  readonly toBuild: string;
  /** Only needed where the build was deployed to several targets. */
  readonly target?: string;
  /** The service whose stored package the team's own command deploys; without it Stepback itself puts components back. */
  readonly package?: string;
}

export interface BuildRollbackService {
  /**
   * Opens a rollback of a stage to the state after a build's last successful deployment (S2). NOT_FOUND,
   * BUILD_NOT_SUCCESSFUL, SEVERAL_TARGETS, NOTHING_ALTERED, and what opening any rollback may be refused with.
   */
  open(stage: StageName, request: BuildRollbackRequest, requestedBy: string): Promise<Rollback>;
}

export function createBuildRollbackService(deps: ServiceDeps): BuildRollbackService {
  return {
    open: async (stage, { toBuild, target, package: service, ...options }, requestedBy) => {
      if (service !== undefined) refuseForPackage(options);
      const build = found(await deps.store.findBuild(stage, toBuild), `build ${toBuild} in ${placeOf(stage)}`);
      const base = lastSuccessful(build, target ?? null);
      const later = await laterActivities(deps.store, stage, base);
      const way = {
        build: toBuild,
        deployment: base.id,
        since: later.map(({ id }) => id),
        package: null,
        outcome: null,
      };
      const source =
        service !== undefined
          ? await packageSource(deps.store, await withPackage(deps.store, build, { way, service }), later)
          : await stageSource(deps.store, way, later);
      return openFrom(deps, source, { request: { components: "all", ...options }, requestedBy });
    },
  };
}

/** Whatever is not as after the build any more. */
async function stageSource(store: Store, way: BuildReturn, later: readonly Activity[]): Promise<RollbackSource> {
  const rows = await returnRows(store, way);
  if (rows.length === 0) {
    throw new StepbackError("NOTHING_ALTERED", `What Stepback last recorded is as after the build ${way.build}.`);
  }
  return { ...(await common(store, way, later)), scope: { stacks: [], functions: [] }, rows };
}

/** Everything that the build's deployment looked at: the command deploys all of it, and all of it is proven. */
async function packageSource(store: Store, way: BuildReturn, later: readonly Activity[]): Promise<RollbackSource> {
  const { scope } = found(await store.findDeployment(way.deployment), way.deployment);
  const { base, states } = await readReturn(store, way);
  return { ...(await common(store, way, later)), scope, rows: rowsBetween(states, redeployedIds(base, states, scope)) };
}

async function common(store: Store, way: BuildReturn, later: readonly Activity[]) {
  const deployments = later.filter(({ type }) => type === "deploy").map(({ id }) => id);
  const newest = deployments.at(-1) ?? way.deployment;
  return { origin: found(await store.findDeployment(newest), newest), deployments, undoes: null, toBuild: way };
}

async function withPackage(
  store: Store,
  { application, stage, build }: Build,
  { way, service }: { way: BuildReturn; service: string },
): Promise<BuildReturn> {
  const stored = await store.findPackage({ application, stage, build, service });
  const { digest } = found(stored, `package of ${service} in the build ${build}`);
  return { ...way, package: { service, digest } };
}

/** What makes no sense where a command that is no part of Stepback does the work. */
function refuseForPackage({ run = true, onConflict, strategy }: RollbackOptions): void {
  const faults = [
    ...(run ? [] : [{ pointer: "/run", detail: "a rollback by package is no draft: its command begins at once" }]),
    ...(onConflict === "keep-live" ? [{ pointer: "/onConflict", detail: "a package is deployed whole" }] : []),
    ...(strategy === undefined ? [] : [{ pointer: "/strategy", detail: "the command has its own way" }]),
  ];
  if (faults.length > 0) throw new StepbackError("VALIDATION_FAILED", "A rollback by package takes less.", faults);
}

function lastSuccessful(build: Build, target: string | null): BuildDeployment {
  const successful = build.deployments.filter((made) => made.status === "Completed");
  const wanted = successful.filter((made) => target === null || made.target === target);
  const targets = [...new Set(wanted.map((made) => made.target))];
  if (targets.length > 1) {
    throw new StepbackError(
      "SEVERAL_TARGETS",
      `The build ${build.build} was deployed to ${targets.sort().join(", ")}.`,
    );
  }
  const [last] = wanted;
  if (last) return last;
  const where = target === null ? placeOf(build) : `${placeOf(build)}, target ${target}`;
  throw new StepbackError(
    "BUILD_NOT_SUCCESSFUL",
    `No deployment of the build ${build.build} in ${where} is Completed.`,
  );
}

/** As many as a page of the store gives. */
const PAGE = 200;

/** Every deployment and rollback of the stage, in the same account and region, that was recorded since. Oldest first. */
async function laterActivities(store: Store, stage: StageName, base: BuildDeployment): Promise<readonly Activity[]> {
  const filter = { application: stage.application, stage: stage.stage, target: base.target };
  const later: Activity[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: Awaited<ReturnType<Store["listActivities"]>> = await store.listActivities(filter, {
      limit: PAGE,
      cursor,
    });
    for (const activity of page.items) {
      if (activity.id === base.id || activity.createdAt < base.createdAt) return later.reverse();
      if (isSamePlace(activity, base) && (await isRecorded(store, activity))) later.push(activity);
    }
    if (page.next === null) return later.reverse();
    cursor = page.next;
  }
}

function isSamePlace({ identity }: Activity, { identity: other }: BuildDeployment): boolean {
  return identity?.account === other?.account && identity?.region === other?.region;
}

async function isRecorded(store: Store, { id, type }: Activity): Promise<boolean> {
  const found = type === "deploy" ? await store.findDeployment(id) : await store.findRollback(id);
  return found?.backup?.status === "Ready" && found.record?.status === "Ready";
}

function placeOf({ application, stage }: StageName): string {
  return `${application}, stage ${stage}`;
}
