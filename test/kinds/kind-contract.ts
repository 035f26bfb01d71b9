import type { Test } from "tap";
import type { Artifacts } from "#src/artifacts/artifacts";
import type { AwsAccess } from "#src/aws/gateways/access";
import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  captured,
  componentId,
  functionOf,
  type KindName,
  kindOf,
  stackOf,
} from "#src/domain/component/component";
import type { PlanStep } from "#src/domain/plan/plan";
import { readLive } from "#src/jobs/plan/read-live";
import { withSiblings } from "#src/jobs/plan/what-to-read";
import { ARCHIVES_NONE, CAPTURE_ALL, createCachedReader } from "#src/kinds/cached-reader";
import { KINDS, performerOf } from "#src/kinds/index";
import { contentOf } from "#src/kinds/lambda/version-content";
import type { Account } from "../support/answers.ts";
import { planFor } from "../support/plan-case.ts";
import type { Specimen } from "./specimens.ts";

/** An account with nothing in it, and the gateways to it. */
export interface Bench extends Account {
  readonly access: AwsAccess;
  readonly artifacts: Artifacts;
  /** Mutating calls through the gateways since the previous call of this function. */
  mutations(): string[];
}

export interface Benches {
  open(t: Test): Promise<Bench>;
  /** Why a trial, or one setting of the first trial, cannot run here; false if it can. */
  skips(trial: string): string | false;
}

/**
 * What every kind promises: all of its settings are restored, it is created and removed, repeating an action changes
 * nothing, and an incomplete backup is never restored. Plans and steps are those of the product, without rows and jobs.
 */
export async function kindContract(t: Test, kind: KindName, specimen: Specimen, benches: Benches): Promise<void> {
  const stage: Stage = { specimen, ...benches, open: async (t) => new Trial(await benches.open(t), kind, specimen) };
  const skip = (trial: string) => ({ skip: benches.skips(trial) });
  await t.test("every changed setting is restored", (t) => everySettingGoesBack(t, stage));
  await t.test("what was added is removed, once", skip("added"), (t) => addedIsRemoved(t, stage));
  await t.test("what was deleted is recreated, once", skip("deleted"), (t) => deletedIsRecreated(t, stage));
  await t.test("an incomplete backup is refused", skip("incomplete"), (t) => incompleteIsRefused(t, stage));
}

interface Stage extends Pick<Benches, "skips"> {
  readonly specimen: Specimen;
  open(t: Test): Promise<Trial>;
}

async function everySettingGoesBack(t: Test, { open, skips, specimen }: Stage): Promise<void> {
  const { change, fixed = {} } = specimen;
  for (const key of Object.keys(change)) {
    await t.test(key, { skip: skips(key) }, async (t) => {
      const trial = await open(t);
      await trial.prepare();
      const before = await trial.capture();
      const settings = before.get(trial.id)?.state.settings ?? {};
      const isKnown = (name: string) => name in settings || skips(name) === false;
      const claimed = [...Object.keys(change), ...Object.keys(fixed)].filter(isKnown).sort();
      t.same(Object.keys(settings).sort(), claimed, "the specimen names every setting");
      await change[key]?.(trial.bench);
      const live = await trial.capture();
      t.notSame(live.get(trial.id)?.state.settings[key], settings[key], `${key} was changed`);
      await trial.putBack(t, before, [trial.id]);
    });
  }
}

async function addedIsRemoved(t: Test, { open, specimen: { ground, create } }: Stage): Promise<void> {
  const trial = await open(t);
  await ground?.(trial.bench);
  const before = await trial.capture();
  t.notOk(before.has(trial.id), "it is not there");
  await create(trial.bench);
  t.match(await trial.capture(), new Map([[trial.id, { id: trial.id, incomplete: null }]]), "it was added");
  await trial.putBack(t, before, trial.together);
}

async function deletedIsRecreated(t: Test, { open, specimen: { remove } }: Stage): Promise<void> {
  const trial = await open(t);
  await trial.prepare();
  const before = await trial.capture();
  await remove(trial.bench);
  t.notOk((await trial.capture()).has(trial.id), "it was deleted");
  await trial.putBack(t, before, trial.together);
}

async function incompleteIsRefused(t: Test, { open, specimen: { change } }: Stage): Promise<void> {
  const trial = await open(t);
  await trial.prepare();
  const whole = await trial.capture();
  const component = whole.get(trial.id) as CapturedComponent;
  const incomplete = captured(trial.id, component.state, { ...component, incomplete: "AWS did not tell" });
  await Object.values(change)[0]?.(trial.bench);
  const steps = await trial.plan(new Map([...whole, [trial.id, incomplete]]), [trial.id]);
  t.match(steps, [{ action: "refused", actions: [], reasons: [{ code: "INCOMPLETE_BACKUP" }] }]);
}

/** The trials of one component on one bench. */
class Trial {
  readonly id: ComponentId;
  /** The component, and those that are created and removed with it. */
  readonly together: readonly ComponentId[];

  constructor(
    readonly bench: Bench,
    kind: KindName,
    readonly specimen: Specimen,
  ) {
    this.id = componentId(kind, specimen.name);
    this.together = [this.id, ...(specimen.along ?? [])];
  }

  async prepare(): Promise<void> {
    await this.specimen.ground?.(this.bench);
    await this.specimen.create(this.bench);
  }

  /** Reads the component, those that are picked with it, and those that they belong to. */
  capture(): Promise<Components> {
    const { access, artifacts, mutations } = this.bench;
    const alias = /^[^/]+:[^/]+$/.test(this.specimen.name) ? [componentId("lambda-alias", this.specimen.name)] : [];
    const stack = stackOf(this.id);
    const picked = [...this.together, ...alias, ...(stack ? [stack] : [])];
    const ids = withSiblings({ picked, strategy: "auto" }, { before: new Map(), deployed: new Map() });
    mutations();
    return readLive(createCachedReader(access, artifacts), ids, async () => {});
  }

  async plan(before: Components, picked: readonly ComponentId[]): Promise<readonly PlanStep[]> {
    const live = await this.capture();
    const functionName = functionOf(this.id);
    const versions = functionName ? (await this.bench.access.lambda.listVersions(functionName)).map(contentOf) : [];
    const given = {
      picked,
      sources: { before, deployed: live },
      live,
      versions: new Map(functionName ? [[functionName, versions]] : []),
    };
    return planFor(given, { onConflict: "restore" }).steps;
  }

  /** Plans, performs and verifies a rollback, and then does the same again, which must change nothing. */
  async putBack(t: Test, before: Components, picked: readonly ComponentId[]): Promise<void> {
    const steps = await this.plan(before, picked);
    t.same(
      steps.filter(({ action }) => action === "refused" || action === "unchanged").flatMap(({ reasons }) => reasons),
      [],
      "nothing is refused",
    );
    await this.carryOut(steps, before);
    t.not(this.bench.mutations().length, 0, "it took mutations");
    await this.proves(t, before, picked);
    await this.carryOut(steps, before);
    t.same(this.bench.mutations(), [], "the same actions again mutate nothing");
    t.same(
      (await this.plan(before, picked)).flatMap(({ action, actions }) => [action, ...actions]),
      picked.map(() => "unchanged"),
      "and nothing is left to plan",
    );
  }

  private async carryOut(steps: readonly PlanStep[], before: Components): Promise<void> {
    const { access: aws, artifacts } = this.bench;
    for (const step of steps) {
      for (const [index, action] of step.actions.entries()) {
        await performerOf(action).restore(action, {
          aws,
          artifacts,
          goal: step.goal,
          goalOf: (id) => before.get(id)?.state ?? null,
          stateAtEnd: async (id) => before.get(id)?.state ?? null,
          token: `contract-${step.order}-${index}`,
          mayLose: () => true,
          note: () => {},
        });
      }
    }
  }

  private async proves(t: Test, before: Components, picked: readonly ComponentId[]): Promise<void> {
    const { access, artifacts, mutations } = this.bench;
    for (const id of picked) {
      const name = id.slice(id.indexOf(":") + 1);
      const goal = before.get(id)?.state ?? null;
      const reader = createCachedReader(access, artifacts, { ...CAPTURE_ALL, archives: ARCHIVES_NONE });
      const { differing } = await KINDS[kindOf(id)].verify(reader, name, goal);
      t.same(differing, [], `${id} reads back equal`);
    }
    const live = (await this.capture()).get(this.id);
    t.same(live?.state.settings, before.get(this.id)?.state.settings, "the settings are those of the backup");
    mutations();
  }
}
