import type { Caller } from "../domain/access/principal.ts";
import type { Activity } from "../domain/activity/activity.ts";
import { type Build, type BuildDeployment, type BuildReturn, redeployedIds } from "../domain/activity/build.ts";
import type { StageName } from "../domain/activity/package.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import { StepbackError } from "../domain/errors.ts";
import type { BuildStore } from "../store/port/builds.ts";
import type { Paged } from "../store/port/transaction.ts";
import { findOfType } from "./find-activity.ts";
import { requireWhole } from "./open-artifact.ts";
import { type OpenDeps, openFrom, type RollbackOptions } from "./open-rollback.ts";
import { found } from "./refusals.ts";
import { type RollbackSource, readReturn, returnRows, rowsBetween, type SourceStore } from "./rollback-sources.ts";
import type { Uses } from "./service-deps.ts";

export interface BuildRollbackRequest extends RollbackOptions {
  readonly toBuild: string;
  /** Required when the build was deployed to several targets. */
  readonly target?: string;
  /** Which of the build's deployments; by default its last successful one. */
  readonly deployment?: string;
  /** The service whose stored package an external command deploys. Without it Stepback restores the components itself. */
  readonly package?: string;
}

export interface BuildRollbackService {
  /**
   * Opens a rollback of a stage to the state after a build's last successful deployment. NOT_FOUND, BUILD_NOT_SUCCESSFUL,
   * SEVERAL_TARGETS, SEVERAL_DEPLOYMENTS, NOTHING_ALTERED, ARTIFACT_MISSING, and every error of `openFrom`.
   */
  open(stage: StageName, request: BuildRollbackRequest, caller: Caller): Promise<Rollback>;
}

type BuildRollbackDeps = OpenDeps & Uses<SourceStore & BuildStore, "artifacts">;

export function createBuildRollbackService(deps: BuildRollbackDeps): BuildRollbackService {
  return {
    open: async (stage, { toBuild, target, deployment, package: service, ...options }, caller) => {
      if (service !== undefined) refuseForPackage(options);
      const build = found(
        await deps.store.findBuild({ ...stage, grants: caller.grants }, toBuild),
        `build ${toBuild} in ${placeOf(stage)}`,
      );
      const successful = successfulOf(build, { target: target ?? null, deployment: deployment ?? null });
      if (service !== undefined) await refuseSeveralScopes(deps.store, build, successful);
      const [base] = successful;
      const later = await laterActivities(deps.store, stage, base);
      const toState = {
        build: toBuild,
        deployment: base.id,
        since: later.map(({ id }) => id),
        package: null,
        outcome: null,
      };
      const source =
        service !== undefined
          ? await packageSource(deps.store, await withPackage(deps, build, { toState, service }), later)
          : await stageSource(deps.store, toState, later);
      return openFrom(deps, source, { request: { components: "all", ...options }, caller });
    },
  };
}

/** Every component that differs from its state after the build. */
async function stageSource(
  store: SourceStore,
  toState: BuildReturn,
  later: readonly Activity[],
): Promise<RollbackSource> {
  const rows = await returnRows(store, toState);
  if (rows.length === 0) {
    throw new StepbackError("NOTHING_ALTERED", `Every last recorded state is that after the build ${toState.build}.`);
  }
  return { ...(await commonFacts(store, toState, later)), scope: { stacks: [], functions: [] }, rows };
}

/** Every component that the build's deployment looked at: the command deploys all of them, and all of them are verified. */
async function packageSource(
  store: SourceStore,
  toState: BuildReturn,
  later: readonly Activity[],
): Promise<RollbackSource> {
  const { scope } = found(await store.findDeployment(toState.deployment), toState.deployment);
  const { base, states } = await readReturn(store, toState);
  const rows = rowsBetween(states, redeployedIds(base, states, scope));
  return { ...(await commonFacts(store, toState, later)), scope, rows };
}

async function commonFacts(store: SourceStore, toState: BuildReturn, later: readonly Activity[]) {
  const deployments = later.filter(({ type }) => type === "deploy").map(({ id }) => id);
  const newest = deployments.at(-1) ?? toState.deployment;
  const origin = found(await store.findDeployment(newest), newest);
  return { origin, deployments, undoes: null, toBuild: toState, restores: null };
}

/** NOT_FOUND; ARTIFACT_MISSING where the command would get damaged bytes. */
async function withPackage(
  { store, artifacts }: Pick<BuildRollbackDeps, "store" | "artifacts">,
  { application, stage, build }: Build,
  { toState, service }: { toState: BuildReturn; service: string },
): Promise<BuildReturn> {
  const stored = await store.findPackage({ application, stage, build, service });
  const { digest } = found(stored, `package of ${service} in the build ${build}`);
  await requireWhole(
    artifacts.ofPackages({ application, stage }),
    digest,
    `the package ${service} in the build ${build}`,
  );
  return { ...toState, package: { service, digest } };
}

/** Refuses options that make no sense when an external command does the work. */
function refuseForPackage({ run = true, onConflict, strategy }: RollbackOptions): void {
  const faults = [
    ...(run
      ? []
      : [{ pointer: "/run", detail: "a rollback by package cannot be a draft: its command begins at once" }]),
    ...(onConflict === "keep-live"
      ? [{ pointer: "/onConflict", detail: "a package is always deployed as a whole" }]
      : []),
    ...(strategy === undefined ? [] : [{ pointer: "/strategy", detail: "the command decides how it deploys" }]),
  ];
  if (faults.length > 0)
    throw new StepbackError("VALIDATION_FAILED", "A rollback by package does not allow these options.", faults);
}

/** The Completed deployments of the build to one target, newest first. BUILD_NOT_SUCCESSFUL; SEVERAL_TARGETS. */
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

/** A package belongs to one service: verifying what another service's deployment looked at would prove nothing about it. */
async function refuseSeveralScopes(
  store: SourceStore,
  { build }: Build,
  made: readonly BuildDeployment[],
): Promise<void> {
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

/** Activities that one query reads. */
const PAGE = 200;

/** Every recorded deployment and rollback of the stage since `base`, in the same account and region. Oldest first. */
async function laterActivities(
  store: SourceStore,
  stage: StageName,
  base: BuildDeployment,
): Promise<readonly Activity[]> {
  const filter = { application: stage.application, stage: stage.stage, target: base.target };
  const later: Activity[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: Paged<Activity> = await store.listActivities(filter, { limit: PAGE, cursor });
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

async function isRecorded(store: SourceStore, { id, type }: Activity): Promise<boolean> {
  const activity = await findOfType(store, type, id);
  return activity?.backup?.status === "Ready" && activity.record?.status === "Ready";
}

function placeOf({ application, stage }: StageName): string {
  return `${application}, stage ${stage}`;
}
