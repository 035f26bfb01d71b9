import type { Readable } from "node:stream";
import { type ArtifactRef, type CapturedComponent, componentId, parseComponentId } from "../domain/component.ts";
import { StepbackError } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import { exposed } from "../domain/secrets.ts";
import type { Page, Paged, SnapshotRow } from "../store/store.ts";
import { found } from "./refusals.ts";
import type { ServiceDeps } from "./service-deps.ts";

export type { SnapshotRow };

/** A captured component as it may be shown: secrets are fingerprints, evidence is a safe choice of it. */
export interface ShownComponent extends Omit<CapturedComponent, "state"> {
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
  const show = ({ state, ...facts }: CapturedComponent): ShownComponent => ({
    ...facts,
    settings: exposed(facts.id, state.settings, fingerprint),
    evidence: safeEvidence(state.evidence),
    artifacts: state.artifacts,
  });
  return {
    find,
    listComponents: async (id, page) => {
      await find(id);
      const { items, next } = await store.listComponents(id, page);
      return { items: items.map(show), next };
    },
    findComponent: async (id, component) => show(await findCaptured(id, component)),
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
