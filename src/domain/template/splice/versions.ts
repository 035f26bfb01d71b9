import { sameJson } from "../../json.ts";
import { frozenOffers } from "./frozen.ts";
import type { Merge } from "./merge.ts";
import { child, type Node, readingOf } from "./node.ts";
import { impossible, type Offer, type Refusal } from "./request.ts";
import { typeOf } from "./resources.ts";
import { namesIn, usesIn } from "./uses.ts";

const VERSION = "AWS::Lambda::Version";
const ALIAS = "AWS::Lambda::Alias";
const FUNCTION = "AWS::Lambda::Function";

/**
 * Facts F3, rule 7. A restored Version publishes `$LATEST`, which has to differ from its newest version, or CloudFormation fails
 * with "A version for this Lambda function exists".
 */
export function versionFaults(merge: Merge): Refusal[] {
  return [...merge.changes].flatMap(([logicalId, change]): Refusal[] => {
    if (change.to !== "added" && change.to !== "replaced") return [];
    const version = merge.backup.definitions.get(logicalId);
    const owner = typeOf(version) === VERSION ? functionIdOf(version) : null;
    if (!version || owner === null || !merge.backup.definitions.has(owner)) return [];
    return isPublished(merge, owner, version) ? [alreadyPublished(logicalId, owner)] : [];
  });
}

/** Aliases and snapshots inside AWS that are not picked, and without which callers see no effect of the parts. */
export function offers(merge: Merge): Offer[] {
  const changed = [...merge.changes].filter(([, change]) => change.to !== "unchanged").map(([logicalId]) => logicalId);
  return [...frozenOffers(merge), ...changed.flatMap((logicalId) => aliasOffers(merge, logicalId))];
}

function aliasOffers({ backup, merged, names }: Merge, logicalId: string): Offer[] {
  if (typeOf(merged.definitions.get(logicalId)) !== FUNCTION) return [];
  const aliases = [...backup.definitions].filter(([id, alias]) => {
    if (typeOf(alias) !== ALIAS || functionIdOf(alias) !== logicalId) return false;
    const now = merged.definitions.get(id);
    return !now || !sameJson(readingOf(alias, names.rewrites), readingOf(now, names.rewrites));
  });
  return aliases.map(([id, alias]) => {
    const versions = [...namesIn(usesIn(alias, "resource"))].filter(
      (name) => typeOf(backup.definitions.get(name)) === VERSION && !merged.definitions.has(name),
    );
    return {
      logicalIds: [id, ...versions],
      why: `The alias ${id} keeps serving the version of ${logicalId} that the deploy published.`,
    };
  });
}

/** The logical id of the function of a version or an alias; null where the function is named by text. */
function functionIdOf(definition: Node | undefined): string | null {
  const name = child(child(definition, "Properties"), "FunctionName");
  return name ? ([...namesIn(usesIn(name, "value"))][0] ?? null) : null;
}

/** Whether the newest version has the same content, as far as the templates show it: the deploy did not change the function. */
function isPublished({ request, changes, current }: Merge, owner: string, version: Node): boolean {
  const change = changes.get(owner);
  if (change && change.to !== "unchanged") return false;
  if (request.unpublishedFunctions?.includes(owner)) return false;
  const code = codeOf(version);
  const newest = [...current.definitions.values()].filter(
    (node) => typeOf(node) === VERSION && functionIdOf(node) === owner,
  );
  const otherCode =
    code !== null && newest.length > 0 && newest.every((node) => codeOf(node) !== null && codeOf(node) !== code);
  return !otherCode;
}

function codeOf(version: Node): string | null {
  const code = child(child(version, "Properties"), "CodeSha256");
  return code?.kind === "scalar" ? code.text : null;
}

function alreadyPublished(logicalId: string, owner: string): Refusal {
  const why = `${logicalId} cannot be restored: ${owner} does not change with it, so its newest version already has this content, and CloudFormation refuses to publish it twice.`;
  return impossible(logicalId, why);
}
