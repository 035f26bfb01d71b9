import type { Activity } from "../domain/activity/activity.ts";
import { type Build, type BuildDeployment, type BuildReturn, redeployedIds } from "../domain/activity/build.ts";
import type { StageName } from "../domain/activity/package.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Store } from "../store/store.ts";
import { found } from "./refusals.ts";
import { type RollbackSource, readReturn, returnRows, rowsBetween } from "./rollback-sources.ts";
import { openFrom, type RollbackOptions } from "./rollbacks.ts";
import type { ServiceDeps } from "./service-deps.ts";

export interface BuildRollbackRequest extends RollbackOptions {
  readonly toBuild: string;
  /** Only needed where the build was deployed to several targets. */
  readonly target?: string;
  /** Which of the build's deployments; its last successful one unless named. */
  readonly deployment?: string;
  /** The service whose stored package the team's own command deploys; without it Stepback itself puts components back. */
  readonly package?: string;
}

export interface BuildRollbackService {
  /**
   * Opens a rollback of a stage to the state after a build's last successful deployment (S2). NOT_FOUND,
   * BUILD_NOT_SUCCESSFUL, SEVERAL_TARGETS, SEVERAL_DEPLOYMENTS, NOTHING_ALTERED, and what opening any rollback may be refused with.
   */
  open(stage: StageName, request: BuildRollbackRequest, requestedBy: string): Promise<Rollback>;
}

export function createBuildRollbackService(deps: ServiceDeps): BuildRollbackService {
  return {
    open: async (stage, { toBuild, target, deployment, package: service, ...options }, requestedBy) => {
      if (service !== undefined) refuseForPackage(options);
      const build = found(await deps.store.findBuild(stage, toBuild), `build ${toBuild} in ${placeOf(stage)}`);
      const successful = successfulOf(build, { target: target ?? null, deployment: deployment ?? null });
      if (service !== undefined) await refuseSeveralScopes(deps.store, build, successful);
      const [base] = successful;
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
  const origin = found(await store.findDeployment(newest), newest);
  return { origin, deployments, undoes: null, toBuild: way, restores: null };
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

/** Completed deployments of the build in one target, newest first; never none. */
function successfulOf(
  build: Build,
  { target, deployment }: { target: string | null; deployment: string | null },
): readonly [BuildDeployment, ...BuildDeployment[]] {
  const [last, ...earlier] = build.deployments.filter(
    (made) =>
      made.status === "Completed" &&
      (target === null || made.target === target) &&
      (deployment === null || made.id === deployment),
  );
  if (!last) {
    const which = [target && `target ${target}`, deployment].filter(Boolean).join(", ");
    const where = [placeOf(build), which].filter(Boolean).join(", ");
    throw new StepbackError(
      "BUILD_NOT_SUCCESSFUL",
      `No deployment of the build ${build.build} in ${where} is Completed.`,
    );
  }
  const targets = [...new Set([last, ...earlier].map((made) => made.target))];
  if (targets.length === 1) return [last, ...earlier];
  throw new StepbackError("SEVERAL_TARGETS", `The build ${build.build} was deployed to ${targets.sort().join(", ")}.`);
}

/** A package is of one service: proving what another one's deployment looked at would prove nothing about it. */
async function refuseSeveralScopes(store: Store, { build }: Build, made: readonly BuildDeployment[]): Promise<void> {
  const newestOf = new Map<string, string>();
  for (const { id } of made) {
    const { scope } = found(await store.findDeployment(id), id);
    const names = [...scope.stacks, ...scope.functions].sort().join(", ");
    if (!newestOf.has(names)) newestOf.set(names, id);
  }
  if (newestOf.size <= 1) return;
  const named = [...newestOf].map(([names, id]) => `${id} (${names})`).join("; ");
  throw new StepbackError("SEVERAL_DEPLOYMENTS", `The build ${build} was deployed by ${named}.`);
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
