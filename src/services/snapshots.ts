import type { Readable } from "node:stream";
import { type ArtifactRef, componentId, parseComponentId } from "../domain/component/component.ts";
import type { JudgedComponent, SnapshotRow } from "../domain/component/snapshot.ts";
import { StepbackError } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import { exposed, type Masking } from "../domain/template/secrets.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import { found } from "./refusals.ts";
import type { ServiceDeps } from "./service-deps.ts";

export type { SnapshotRow };

/** A captured component as it may be shown: secrets are fingerprints, evidence is a safe choice of it. */
export interface ShownComponent extends Omit<JudgedComponent, "state"> {
  readonly settings: JsonObject;
  readonly evidence: JsonObject;
  readonly artifacts: readonly ArtifactRef[];
}

export interface OpenArtifact extends ArtifactRef {
  readonly bytes: Readable;
}

export interface SnapshotService {
  find(id: string): Promise<SnapshotRow>;
  listComponents(id: string, page: Page): Promise<Paged<ShownComponent>>;
  findComponent(id: string, component: string): Promise<ShownComponent>;
  /** The bytes of the component's first artifact. NOT_FOUND where it has none, ARTIFACT_MISSING where they are lost. */
  openArtifact(id: string, component: string): Promise<OpenArtifact>;
}

export function createSnapshotService({ store, artifacts, fingerprint }: ServiceDeps): SnapshotService {
  const find = async (id: string) => found(await store.findSnapshot(id), id);
  const findCaptured = async (id: string, component: string) => {
    const parsed = parseComponentId(component);
    await find(id);
    const captured = parsed && (await store.findComponent(id, componentId(parsed.kind, parsed.name)));
    return found(captured, `${component} in ${id}`);
  };
  const findMasking = async ({ activity }: SnapshotRow): Promise<Masking> => {
    const owner = (await store.findDeployment(activity)) ?? (await store.findRollback(activity));
    const policy = owner && (await store.findPolicy(owner));
    return policy ? { fingerprint, disclosure: policy } : { fingerprint };
  };
  return {
    find,
    listComponents: async (id, page) => {
      const masking = await findMasking(await find(id));
      const { items, next } = await store.listComponents(id, page);
      return { items: items.map((component) => shown(component, masking)), next };
    },
    findComponent: async (id, component) => {
      const masking = await findMasking(await find(id));
      return shown(await findCaptured(id, component), masking);
    },
    openArtifact: async (id, component) => {
      const captured = await findCaptured(id, component);
      const ref = found(captured.state.artifacts[0] ?? null, `artifact of ${component}`);
      if ((await artifacts.size(ref.digest)) === null) {
        throw new StepbackError("ARTIFACT_MISSING", `The bytes ${ref.digest} of ${component} are not stored.`);
      }
      return { ...ref, bytes: artifacts.open(ref.digest) };
    },
  };
}

function shown({ state, ...facts }: JudgedComponent, masking: Masking): ShownComponent {
  return {
    ...facts,
    settings: exposed(facts.id, state.settings, masking),
    evidence: safeEvidence(state.evidence),
    artifacts: state.artifacts,
  };
}

/**
 * Members of evidence that are known to hold ids, versions, ARNs and states. Outputs and whatever else a template computed
 * may quote secrets: when in doubt, a member is left out.
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
