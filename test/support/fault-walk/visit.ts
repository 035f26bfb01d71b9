import type { CallRecord } from "#sandbox/core/contract";
import { withShortPauses } from "../short-pauses.ts";
import type { TestAccount } from "../test-account.ts";
import { type Strike, strike, type WalkFault } from "./faults.ts";
import {
  bystanderFaults,
  doubledEffects,
  effectsOf,
  halfArtifacts,
  leftOverFaults,
  pictureFaults,
  problemFaults,
  rowFaults,
  unfinishedFaults,
} from "./judge.ts";
import { type Picture, pictureOf, removeLeftOvers, withCodeByContent } from "./picture.ts";
import { type Phase, type Place, placesOf } from "./places.ts";
import {
  cancel,
  isBackedUp,
  isRecorded,
  openBackup,
  report,
  requestOf,
  requestRollback,
  warningsIn,
} from "./requests.ts";
import type { Attempt, Scene } from "./scene.ts";

/** A fault and the call that meets it. */
export interface Trial {
  readonly place: Place;
  readonly fault: WalkFault;
}

/** What the visit without a fault was like; every other one is compared with it. */
export interface CleanVisit {
  readonly places: readonly Place[];
  readonly effects: ReadonlyMap<string, number>;
  /** Live before the deploy, and after the rollback. */
  readonly before: Picture;
  readonly after: Picture;
  /** The same as `after`, with code by its content. */
  readonly afterByContent: Picture;
}

export interface Verdict {
  /** How the job ended that met the fault: a status, or the code of its error. */
  readonly end: string;
  /** Whether the chosen call came. */
  readonly isStruck: boolean;
  /** What is not as it has to be; empty after a good visit. */
  readonly faults: readonly string[];
}

/** One visit on its way: backup, bad deploy, record, rollback. */
class Visit {
  readonly faults: string[] = [];
  readonly calls = new Map<Phase, readonly CallRecord[]>();
  end = "";
  strike: Strike | null = null;
  #logged = "";

  constructor(
    readonly w: TestAccount,
    readonly scene: Scene,
    readonly trial: Trial | null,
  ) {}

  /** Whether a rollback said that its template names other places than the backup's. */
  get hasRelocatedCode(): boolean {
    return this.#logged.includes("CODE_RELOCATED:");
  }

  /** The jobs of one phase; the fault strikes if it belongs here, and is lifted afterwards. */
  async during<Result>(phase: Phase, work: () => Promise<Result>): Promise<Result> {
    const { w, trial } = this;
    const from = w.sandbox.calls.all().length;
    if (trial?.place.phase === phase) this.strike = strike(w.sandbox.faults, trial.fault, trial.place);
    try {
      return await withShortPauses(work);
    } finally {
      w.sandbox.faults.off();
      this.calls.set(phase, w.sandbox.calls.all().slice(from));
    }
  }

  /** Notes how the job of a phase ended; one that ended badly without a fault is a fault of its own. */
  ended(phase: Phase, end: string): void {
    if (this.trial?.place.phase === phase) this.end = end;
    else if (end !== "Completed") this.faults.push(`${phase} ended in ${end} without a fault`);
  }

  async backup(): Promise<string> {
    const first = await this.during("backup", () => openBackup(this.w, this.scene));
    if (isBackedUp(first)) {
      this.ended("backup", "Completed");
      return first.id;
    }
    if (first.status === "Exception") this.faults.push(...problemFaults("the backup", first.error));
    else await cancel(this.w, first.id);
    this.ended("backup", first.status === "Exception" ? (first.error?.code ?? "") : "Incomplete");
    const second = await openBackup(this.w, this.scene);
    if (!isBackedUp(second)) this.faults.push(`the second backup is ${second.status}: ${JSON.stringify(second.error)}`);
    return second.id;
  }

  /** Null where the deploy has a record; else what to send instead of its rollback, as the end of the record says. */
  async record(id: string): Promise<object | null> {
    const recorded = await this.during("record", () => report(this.w, id, this.scene.outcome));
    if (isRecorded(recorded)) {
      this.ended("record", "Completed");
      return null;
    }
    this.faults.push(...problemFaults("the record", recorded.error));
    this.ended("record", recorded.error?.code ?? "");
    return adviceOf(`${recorded.error?.detail}`, this.scene);
  }

  /** Sends the requests in turn; the one that the fault spoiled is sent again when that is lifted. */
  async rollBack(id: string): Promise<void> {
    const left = [...this.scene.attempts];
    await this.during("rollback", async () => {
      for (let [attempt] = left; attempt; [attempt] = left) {
        const end = await this.#attempt(id, attempt);
        this.ended("rollback", end === attempt.end ? "Completed" : end);
        if (end !== attempt.end) return;
        left.shift();
      }
    });
    for (const attempt of left) {
      const end = await this.#attempt(id, attempt);
      if (end !== attempt.end) this.faults.push(`the repeated rollback ended in ${end}`);
    }
  }

  async #attempt(id: string, attempt: Attempt): Promise<string> {
    await attempt.first?.(this.w);
    return this.request(requestOf(id, attempt, this.scene), attempt.end);
  }

  /** One rollback from its request to the judgement of its end. Returns that end. */
  async request(request: object, expected: Attempt["end"]): Promise<string> {
    const { id, status, error } = await requestRollback(this.w, request);
    if (status === "Exception") this.faults.push(...problemFaults("the rollback", error ?? null));
    this.faults.push(...(await rowFaults(this.w, id, status === "Completed")));
    const warnings = await warningsIn(this.w, `/v1/rollbacks/${id}`);
    this.#logged += warnings;
    this.faults.push(...(await leftOverFaults(this.w, this.#logged)));
    const end = status === "Completed" ? status : (error?.code ?? "");
    if (end !== expected) this.faults.push(...(await unfinishedFaults(this.w)));
    return end;
  }
}

/** The snapshot and the option that a failed record names. */
function adviceOf(detail: string, { restoring = {} }: Scene): object {
  const [snapshot] = /snp_\w+/.exec(detail) ?? [];
  const [, onConflict] = /`onConflict: (\w+)`/.exec(detail) ?? [];
  return { snapshot, components: "all", onConflict, ...restoring };
}

/** Goes through a scene once without a fault. Throws where that is not judged well. */
export async function visitUnharmed(w: TestAccount, scene: Scene): Promise<CleanVisit> {
  await scene.before(w);
  const before = await pictureOf(w);
  const visit = new Visit(w, scene, null);
  w.sandbox.calls.clear();
  const id = await visit.backup();
  await scene.deploy(w);
  const instead = await visit.record(id);
  if (instead) throw new Error(`${scene.name}: ${visit.faults.join("\n")}`);
  await visit.rollBack(id);
  const faults = [...visit.faults, ...(await unfinishedFaults(w))];
  if (faults.length > 0) throw new Error(`${scene.name}: ${faults.join("\n")}`);
  const places = [...visit.calls].flatMap(([phase, calls]) => placesOf(phase, calls));
  const effects = effectsOf(w.sandbox.calls.all());
  const after = await pictureOf(w);
  return { places, effects, before, after, afterByContent: await withCodeByContent(w, after) };
}

/** Goes through a scene once while one of its calls meets a fault, then judges what has become of everything. */
export async function visitWith(
  w: TestAccount,
  scene: Scene,
  {
    trial,
    clean,
    bystander,
  }: { readonly trial: Trial; readonly clean: CleanVisit; readonly bystander: readonly string[] },
): Promise<Verdict> {
  await removeLeftOvers(w);
  await scene.before(w);
  // Credentials of a role are fetched once in the life of a service.
  if (scene.byRole) await w.restart();
  const visit = new Visit(w, scene, trial);
  const { faults } = visit;
  faults.push(...pictureFaults("before the deploy", await pictureOf(w), clean.before));
  w.sandbox.calls.clear();
  const id = await visit.backup();
  await scene.deploy(w);
  const instead = await visit.record(id);
  if (instead) {
    await scene.restoringAfter?.(w);
    const end = await visit.request(instead, "Completed");
    if (end !== "Completed") faults.push(`the backup's restoration ended in ${end}`);
    await scene.byHand?.(w);
  } else await visit.rollBack(id);
  const after = await pictureOf(w);
  const [found, wanted] =
    !instead && visit.hasRelocatedCode
      ? [await withCodeByContent(w, after), clean.afterByContent]
      : [after, instead ? clean.before : clean.after];
  faults.push(
    ...pictureFaults("after the rollback", found, wanted),
    ...(instead ? [] : doubledEffects(w.sandbox.calls.all(), clean.effects)),
    ...(await unfinishedFaults(w)),
    ...(await bystanderFaults(w, bystander)),
    ...(await halfArtifacts(w.dataDir)),
    ...tooWeak(trial, visit),
  );
  const isStruck = (visit.strike?.struck.length ?? 0) > 0;
  return { end: visit.end, isStruck, faults: isStruck ? faults : [...faults, "the call did not come"] };
}

/** A job that had to go on in spite of the fault, and did not. */
function tooWeak({ fault }: Trial, { strike, end }: Visit): string[] {
  const isMutation = strike?.struck[0]?.mutation ?? false;
  const mustEndure = fault.endured === "always" || (fault.endured === "mutations" && isMutation);
  return mustEndure && end !== "Completed" ? [`it ended in ${end}, although ${fault.name} has to be endured`] : [];
}
