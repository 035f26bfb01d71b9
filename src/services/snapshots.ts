import { type ArtifactRef, componentId, parseComponentId } from "../domain/component/component.ts";
import { type Uncovered, uncoveredIn } from "../domain/component/coverage.ts";
import type { JudgedComponent, SnapshotRow } from "../domain/component/snapshot.ts";
import type { JsonObject } from "../domain/json.ts";
import { exposed, type Masking } from "../domain/secrets/exposed.ts";
import { type SecretValues, withoutSecrets } from "../domain/secrets/secret-values.ts";
import type { ActivityStore } from "../store/port/activities.ts";
import type { KeyStore } from "../store/port/keys.ts";
import type { PolicyStore } from "../store/port/policies.ts";
import type { SecretStore } from "../store/port/secrets.ts";
import type { SnapshotStore } from "../store/port/snapshots.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import { findActivity } from "./find-activity.ts";
import { type OpenArtifact, openArtifact } from "./open-artifact.ts";
import { found } from "./refusals.ts";
import type { Uses } from "./service-deps.ts";

export type { SnapshotRow, Uncovered };

/** A captured component as the API shows it: secrets as fingerprints, and only the evidence that is known to be harmless. */
export interface ShownComponent extends Omit<JudgedComponent, "state"> {
  readonly settings: JsonObject;
  readonly evidence: JsonObject;
  readonly artifacts: readonly ArtifactRef[];
}

export interface SnapshotService {
  find(id: string): Promise<SnapshotRow>;
  /** What the snapshot does not hold of its scope. */
  findUncovered(id: string): Promise<Uncovered[]>;
  listComponents(id: string, page: Page): Promise<Paged<ShownComponent>>;
  findComponent(id: string, component: string): Promise<ShownComponent>;
  /** The bytes of the component's first artifact. NOT_FOUND when it has none; ARTIFACT_MISSING when the bytes are lost or damaged. */
  openArtifact(id: string, component: string): Promise<OpenArtifact>;
}

type SnapshotDeps = Uses<
  ActivityStore & SnapshotStore & PolicyStore & SecretStore & KeyStore,
  "artifacts" | "fingerprintAt"
>;

export function createSnapshotService({ store, artifacts, fingerprintAt }: SnapshotDeps): SnapshotService {
  const find = async (id: string) => found(await store.findSnapshot(id), id);
  const findCaptured = async (id: string, component: string) => {
    const parsed = parseComponentId(component);
    const captured = parsed && (await store.findComponent(id, componentId(parsed.kind, parsed.name)));
    return found(captured, `${component} in ${id}`);
  };
  const findOwner = async ({ activity }: SnapshotRow) => found(await findActivity(store, activity), activity);
  const findShowing = async (snapshot: SnapshotRow): Promise<Showing> => {
    const owner = await findOwner(snapshot);
    const policy = await store.findPolicy(owner);
    const fingerprint = fingerprintAt(owner);
    const shownDigest = await store.findDigester(owner.target);
    const known = await store.findSecrets(owner);
    return { masking: { fingerprint, known, ...(policy ? { disclosure: policy } : {}) }, known, shownDigest };
  };
  return {
    find,
    findUncovered: async (id) => uncoveredIn(await store.findComponents(id)),
    listComponents: async (id, page) => {
      const showing = await findShowing(await find(id));
      const { items, next } = await store.listComponents(id, page);
      return { items: items.map((component) => shown(component, showing)), next };
    },
    findComponent: async (id, component) => {
      const showing = await findShowing(await find(id));
      return shown(await findCaptured(id, component), showing);
    },
    openArtifact: async (id, component) => {
      const { target } = await findOwner(await find(id));
      const captured = await findCaptured(id, component);
      const ref = found(captured.state.artifacts[0] ?? null, `artifact of ${component}`);
      return openArtifact(artifacts.ofTarget(target), ref.digest, component);
    },
  };
}

interface Showing {
  readonly masking: Masking;
  /** The secrets of the stage, for the texts beside the settings. */
  readonly known: SecretValues;
  readonly shownDigest: (digest: string) => string;
}

function shown({ state, ...facts }: JudgedComponent, { masking, known, shownDigest }: Showing): ShownComponent {
  return {
    ...facts,
    digest: shownDigest(facts.digest),
    settings: exposed(facts.id, state.settings, masking),
    evidence: withoutSecrets(safeEvidence(state.evidence), known),
    artifacts: state.artifacts,
  };
}

/**
 * Members of evidence that hold only ids, versions, ARNs and states. All others are left out: outputs, and whatever else a
 * template computes, may quote secrets.
 */
const SAFE_EVIDENCE: ReadonlySet<string> = new Set([
  "aliasArn",
  "arn",
  "capabilities",
  "functionArn",
  "lastModified",
  "lastProcessingResult",
  "layers",
  "physicalIds",
  "provisionedStatus",
  "roleArn",
  "signingJobArn",
  "signingProfileVersionArn",
  "stackId",
  "state",
  "stateTransitionReason",
  "status",
  "uuid",
  "version",
  "weights",
]);

function safeEvidence(evidence: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(evidence).filter(([member]) => SAFE_EVIDENCE.has(member)));
}
