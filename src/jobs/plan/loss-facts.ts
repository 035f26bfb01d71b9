import type { AwsAccess } from "../../aws/gateways/access.ts";
import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  kindOf,
  nameOf,
  splitResource,
} from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { asObject } from "../../domain/json.ts";
import {
  type Contents,
  type LossFacts,
  lostHolders,
  NO_LOSS_FACTS,
  withoutResources,
} from "../../domain/stack/stack-losses.ts";
import { templateOf } from "../../domain/template/template.ts";
import type { CachedReader } from "../../kinds/cached-reader.ts";
import type { PolicyStore, StagePlace } from "../../store/port/policies.ts";
import { mapBounded } from "../map-bounded.ts";
import { type DeletedResource, inspectContents } from "./inspect-contents.ts";

/** The states to return to, and those that the return starts from. */
interface Between {
  readonly wanted: Components;
  readonly present: Components;
  /** Whether the return may delete something in this stack. */
  readonly isAtStake: (stack: ComponentId) => boolean;
}

/** What decides whether a loss needs consent: the stage's policy, and what the resources that would be deleted hold. */
export async function readLossFacts(
  store: PolicyStore,
  { aws }: Pick<CachedReader, "aws">,
  place: StagePlace,
  between: Between,
): Promise<LossFacts> {
  const policy = await store.findPolicy(place);
  return { contents: await readContents(aws, between), askForTold: policy?.askForTold ?? false };
}

/** So many resources are inspected at the same time. */
const INSPECTED_AT_ONCE = 4;

async function readContents(
  aws: AwsAccess,
  { wanted, present, isAtStake }: Between,
): Promise<ReadonlyMap<ComponentId, Contents>> {
  const stacks = [...present.values()].filter(({ id }) => kindOf(id) === "stack" && isAtStake(id));
  const deleted = stacks.flatMap((stack) => deletedResources(wanted.get(stack.id), stack));
  const found = await mapBounded(deleted, INSPECTED_AT_ONCE, async ([id, resource]) => {
    const contents = await inspectContents(aws, resource);
    return contents ? ([[id, contents]] as const) : [];
  });
  return new Map(found.flat());
}

/** Those that may hold something. A stack that is not in the backup is deleted as a whole. */
function deletedResources(
  wanted: CapturedComponent | undefined,
  present: CapturedComponent,
): (readonly [ComponentId, DeletedResource])[] {
  const { physicalIds } = stackState(present.state).evidence;
  const { resources } = stackState(present.state).settings;
  const definitions = asObject(templateOf(present.state)["Resources"]);
  const arns = Object.entries(resources).flatMap(([logicalId, type]) =>
    type === "AWS::SNS::Subscription" ? (physicalIds[logicalId] ?? []) : [],
  );
  return lostHolders(wanted ?? withoutResources(present), present, NO_LOSS_FACTS).flatMap(({ id, type }) => {
    const { logicalId } = splitResource(nameOf(id));
    const physicalId = physicalIds[logicalId];
    if (!physicalId) return [];
    const inline = asObject(asObject(definitions[logicalId])["Properties"])["Subscription"];
    const subscriptions = { arns, inline: Array.isArray(inline) ? inline.length : 0 };
    return [[id, { type, physicalId, subscriptions }] as const];
  });
}
