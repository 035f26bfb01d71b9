import {
  type ComponentId,
  functionOf,
  type KindName,
  kindOf,
  nameOf,
  splitName,
} from "../domain/component/component.ts";
import { pointedVersions } from "../domain/component/version-content.ts";
import type { Reason } from "../domain/errors.ts";
import type { Subject, Subjects } from "./subject.ts";

/** Kinds that an alias serves as they were when its version was published, and not as they are (facts B3). */
const PUBLISHED: ReadonlySet<KindName> = new Set(["lambda-code", "lambda-config"]);

/**
 * Altered aliases that nobody picked, while what their version was published from is rolled back: their callers see nothing of it.
 * Pure.
 */
export function stillServing({ id, kind }: Subject, subjects: Subjects): Reason[] {
  if (!PUBLISHED.has(kind)) return [];
  const siblings = [...subjects.states.before.keys()].filter((other) => functionOf(other) === functionOf(id));
  return siblings
    .filter((other) => kindOf(other) === "lambda-alias" && staysAsDeployed(other, subjects))
    .map((alias) => ({ code: "EFFECT_NEEDS_MORE", detail: servingText(alias, subjects) }));
}

function staysAsDeployed(alias: ComponentId, subjects: Subjects): boolean {
  const { live, action, owner, resources } = subjects.of(alias);
  const isRestored = [alias, owner, ...resources].some((one) => one !== null && subjects.isPicked(one));
  return live !== null && action !== "unchanged" && subjects.isAltered(alias) && !isRestored;
}

function servingText(alias: ComponentId, subjects: Subjects): string {
  const { before, live } = subjects.of(alias);
  const numbersIn = (side: typeof live) => pointedVersions(side?.state).flatMap(({ number }) => number ?? []);
  const was = new Set(numbersIn(before));
  const versions = numbersIn(live).filter((number) => !was.has(number));
  const what = versions.length > 0 ? `version ${versions.join(" and ")}` : "what the deployment made of it";
  return `The alias ${splitName(nameOf(alias)).qualifier} keeps serving ${what}. Consider ${alias}.`;
}
