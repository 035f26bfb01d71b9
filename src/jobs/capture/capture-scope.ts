import type { Scope } from "../../domain/activity/scope.ts";
import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  componentId,
  functionOf,
  isVersion,
  KIND_NAMES,
  type KindName,
  kindOf,
  nameOf,
} from "../../domain/component/component.ts";
import { versionsIn, versionsToRead, withVersions } from "../../domain/component/function-versions.ts";
import { StepbackError } from "../../domain/errors.ts";
import { matchesPattern } from "../../domain/name-pattern.ts";
import { resourcesOf } from "../../domain/template/template.ts";
import { type CachedReader, functionsOf, nestedIn } from "../../kinds/cached-reader.ts";
import { kindFor } from "../../kinds/index.ts";
import { triggerName } from "../../kinds/lambda/trigger-settings.ts";
import { mapBounded } from "../map-bounded.ts";

/**
 * Functions that are captured at the same time. Pacing by quota sets the speed; this limit bounds open downloads, each
 * of which holds a socket and a file.
 */
const CAPTURES_AT_ONCE = 16;

/** Called after each function or stack, so that a long capture can log and be stopped. */
export type CaptureProgress = (components: readonly CapturedComponent[]) => Promise<void>;

/**
 * Captures everything in a scope: its stacks and those nested in them, their functions, the functions that match its
 * patterns, and the functions of an earlier capture, which a deploy may have removed from all of these.
 */
export async function captureScope(
  reader: CachedReader,
  scope: Scope,
  earlier: Components,
  progress: CaptureProgress,
): Promise<CapturedComponent[]> {
  const within = await withNested(reader, scope.stacks);
  const stacks = await mapBounded(within, CAPTURES_AT_ONCE, (name) => captureStack(reader, name, progress));
  const functions = await namesInScope(reader, { ...scope, stacks: within });
  const known = [...earlier.keys()].flatMap((id) => functionOf(id) ?? []);
  const names = [...new Set([...functions, ...known])].sort();
  const captured = await mapBounded(names, CAPTURES_AT_ONCE, (name) =>
    captureFunction(reader, { name, earlier }, progress),
  );
  return [...stacks, ...captured].flat();
}

/** Names of stacks and of all stacks nested below them, each once. */
async function withNested(reader: CachedReader, names: readonly string[]): Promise<string[]> {
  const all = new Set<string>(names);
  // Iterating a set includes what is added to it meanwhile.
  for (const name of all) for (const nested of nestedIn(await reader.getStack(name))) all.add(nested);
  return [...all];
}

async function namesInScope(reader: CachedReader, scope: Scope): Promise<string[]> {
  const owned = await Promise.all(scope.stacks.map(async (name) => functionsOf(await reader.getStack(name))));
  const names = scope.functions.length > 0 ? await reader.listFunctionNames() : [];
  return [...owned.flat(), ...names.filter((name) => scope.functions.some((pattern) => matchesPattern(pattern, name)))];
}

async function captureStack(
  reader: CachedReader,
  name: string,
  progress: CaptureProgress,
): Promise<CapturedComponent[]> {
  const resources = resourcesOf((await reader.getStack(name))?.parsed ?? {});
  const ids = resources.map(({ logicalId }) => componentId("stack-resource", `${name}/${logicalId}`));
  return capture(reader, [componentId("stack", name), ...ids], progress);
}

/** Null where they may not be listed: then nobody knows which versions there are. */
async function readVersionNumbers(reader: CachedReader, name: string): Promise<string[] | null> {
  try {
    return await reader.listVersionNumbers(name);
  } catch (error) {
    if (error instanceof StepbackError && error.code === "AWS_DENIED") return null;
    throw error;
  }
}

interface FunctionCapture {
  readonly name: string;
  /** The capture before the deploy; empty while that one is being made. */
  readonly earlier: Components;
}

async function captureFunction(
  reader: CachedReader,
  { name, earlier }: FunctionCapture,
  progress: CaptureProgress,
): Promise<CapturedComponent[]> {
  const exists = (await reader.getFunction(name)) !== null;
  const versions = exists ? await readVersionNumbers(reader, name) : [];
  const before = earlier.get(componentId("lambda-code", name));
  const read = versionsToRead(versions ?? [], before ? versionsIn(before.state) : null);
  const ids = exists ? await idsOfFunction(reader, name, read) : [];
  // Triggers outlive their function (facts B6), so they are looked for where it is gone, too.
  const triggers = new Set((await reader.listTriggers(name)).map(triggerName));
  const all = [...ids, ...[...triggers].map((trigger) => componentId("lambda-trigger", trigger))];
  const found = await capture(reader, all.sort(inRestoreOrder), progress);
  return found.map((component) =>
    kindOf(component.id) === "lambda-code" && versions ? withVersions(component, versions) : component,
  );
}

function inRestoreOrder(one: ComponentId, other: ComponentId): number {
  const rank = (id: ComponentId) => KIND_NAMES.indexOf(kindOf(id));
  return rank(one) - rank(other);
}

/** Every component that a function may have, in the order of a restore. Most of them turn out not to exist. */
async function idsOfFunction(reader: CachedReader, name: string, versions: readonly string[]): Promise<ComponentId[]> {
  const aliases = (await reader.listAliases(name)).map((alias) => `${name}:${alias.name}`);
  const callable = [name, ...aliases];
  const ids = (kind: KindName, names: readonly string[]) => names.map((each) => componentId(kind, each));
  return [
    ...ids("lambda-config", [name]),
    ...ids("lambda-code", [name]),
    ...ids("lambda-runtime", [name]),
    ...ids("lambda-alias", aliases),
    ...ids("lambda-async", [...new Set([...callable, ...(await namesOfEventInvokes(reader, name))])]),
    ...ids("lambda-policy", [...callable, ...versions.map((version) => `${name}:${version}`)]),
    ...ids("lambda-url", callable),
    ...ids("lambda-concurrency", [name, ...(await namesOfProvisioned(reader, name))]),
    ...ids("lambda-tags", [name]),
  ];
}

/** Versions have them too, and no other list says which versions do. */
async function namesOfEventInvokes(reader: CachedReader, name: string): Promise<string[]> {
  const listed = await reader.listEventInvokes(name);
  const configs = "value" in listed ? listed.value : [];
  return configs.map(({ qualifier }) => (qualifier === null ? name : `${name}:${qualifier}`));
}

/** Versions with environments of their own; those of an alias belong to the alias. Only a function with versions is asked. */
async function namesOfProvisioned(reader: CachedReader, name: string): Promise<string[]> {
  if (!(await readVersionNumbers(reader, name))?.length) return [];
  const listed = await reader.listProvisioned(name);
  const configs = "value" in listed ? listed.value : [];
  return configs.flatMap(({ qualifier }) => (isVersion(qualifier) ? [`${name}:${qualifier}`] : []));
}

/** Captures named components; what does not exist is left out. */
export async function captureComponents(
  reader: CachedReader,
  ids: readonly ComponentId[],
  progress: CaptureProgress,
): Promise<CapturedComponent[]> {
  const groups = new Map<string, ComponentId[]>();
  for (const id of ids) {
    const group = functionOf(id) ?? id;
    groups.set(group, [...(groups.get(group) ?? []), id]);
  }
  return (await mapBounded([...groups.values()], CAPTURES_AT_ONCE, (group) => capture(reader, group, progress))).flat();
}

async function capture(
  reader: CachedReader,
  ids: readonly ComponentId[],
  progress: CaptureProgress,
): Promise<CapturedComponent[]> {
  const found: CapturedComponent[] = [];
  for (const id of ids) {
    const component = await kindFor(id).capture(reader, nameOf(id));
    if (component) found.push(component);
  }
  await progress(found);
  return found;
}

export function asComponents(list: readonly CapturedComponent[]): Components {
  return new Map(list.map((component) => [component.id, component]));
}
