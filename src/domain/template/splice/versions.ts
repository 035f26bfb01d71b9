import { sameJson } from "../../json.ts";
import type { Merge } from "./merge.ts";
import { child, type Node, readingOf } from "./node.ts";
import { impossible, type Offer, type Refusal, requirement } from "./request.ts";
import { typeOf } from "./resources.ts";
import { SharedNames } from "./shared-names.ts";
import { namesIn, usesIn } from "./uses.ts";

const VERSION = "AWS::Lambda::Version";
const ALIAS = "AWS::Lambda::Alias";
const FUNCTION = "AWS::Lambda::Function";
const DEPLOYMENTS = ["AWS::ApiGateway::Deployment", "AWS::ApiGatewayV2::Deployment"];

/**
 * Facts F3, rule 7. A Version that comes back publishes `$LATEST`: the function has to be the backup's by then, and it has to
 * differ from what was published last, or CloudFormation fails with "A version for this Lambda function exists".
 */
export function versionFaults(merge: Merge): Refusal[] {
  return [...merge.changes].flatMap(([logicalId, change]): Refusal[] => {
    if (change.to !== "added" && change.to !== "replaced") return [];
    const version = merge.backup.definitions.get(logicalId);
    const owner = typeOf(version) === VERSION ? functionOf(version) : null;
    if (!version || owner === null || !merge.backup.definitions.has(owner)) return [];
    if (!isAsInBackup(merge, owner)) {
      const why = `${logicalId} publishes what ${owner} is then, so that the code and the configuration of ${owner} have to go back with it.`;
      return [requirement(logicalId, [owner], why)];
    }
    return isPublished(merge, owner, version) ? [alreadyPublished(logicalId, owner)] : [];
  });
}

/** Aliases and deployments of an API that do not come along by themselves, and without which callers see nothing of the parts. */
export function offers(merge: Merge): Offer[] {
  const changed = [...merge.changes].filter(([, change]) => change.to !== "unchanged").map(([logicalId]) => logicalId);
  return [...apiOffers(merge, changed), ...changed.flatMap((logicalId) => aliasOffers(merge, logicalId))];
}

function apiOffers({ backup, merged }: Merge, changed: readonly string[]): Offer[] {
  const type = (logicalId: string) =>
    typeOf(backup.definitions.get(logicalId) ?? merged.definitions.get(logicalId)) ?? "";
  const edits = changed.filter(
    (logicalId) => /^AWS::ApiGateway(V2)?::/.test(type(logicalId)) && !DEPLOYMENTS.includes(type(logicalId)),
  );
  const missing = [...backup.definitions.keys()].filter(
    (id) => DEPLOYMENTS.includes(type(id)) && !merged.definitions.has(id),
  );
  if (edits.length === 0 || missing.length === 0) return [];
  return [{ logicalIds: missing, why: `${edits.join(", ")} goes live only with a new deployment of the API.` }];
}

function aliasOffers({ backup, merged, names }: Merge, logicalId: string): Offer[] {
  if (typeOf(merged.definitions.get(logicalId)) !== FUNCTION) return [];
  const aliases = [...backup.definitions].filter(([id, alias]) => {
    if (typeOf(alias) !== ALIAS || functionOf(alias) !== logicalId) return false;
    const now = merged.definitions.get(id);
    return !now || !sameJson(readingOf(alias, names.rewrites), readingOf(now, names.rewrites));
  });
  return aliases.map(([id, alias]) => {
    const versions = [...namesIn(usesIn(alias, "resource"))].filter(
      (name) => typeOf(backup.definitions.get(name)) === VERSION && !merged.definitions.has(name),
    );
    return {
      logicalIds: [id, ...versions],
      why: `The alias ${id} goes on serving the version that the deploy published of ${logicalId}.`,
    };
  });
}

/** The logical id of the function that a version or an alias belongs to; null where it is named by text. */
function functionOf(definition: Node | undefined): string | null {
  const name = child(child(definition, "Properties"), "FunctionName");
  return name ? ([...namesIn(usesIn(name, "value"))][0] ?? null) : null;
}

/** Whether the function's properties will be those of the backup, with what they refer to. */
function isAsInBackup({ request, backup, merged, names }: Merge, owner: string): boolean {
  const [then, now] = [backup.definitions.get(owner), merged.definitions.get(owner)];
  if (!then || !now) return false;
  // On trial: what it would copy for the comparison is not wanted in the result.
  const trial = new SharedNames(request.current, request.backup);
  trial.take(usesIn(then, "resource"), owner);
  const properties = (node: Node) => child(node, "Properties") ?? node;
  return sameJson(readingOf(properties(then), trial.rewrites), readingOf(properties(now), names.rewrites));
}

/** Whether the newest version holds the same content, as far as templates tell: the deploy did not touch the function. */
function isPublished({ request, changes, current }: Merge, owner: string, version: Node): boolean {
  const change = changes.get(owner);
  if (change && change.to !== "unchanged") return false;
  if (request.unpublishedFunctions?.includes(owner)) return false;
  const code = codeOf(version);
  const newest = [...current.definitions.values()].filter(
    (node) => typeOf(node) === VERSION && functionOf(node) === owner,
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
  const why = `${logicalId} cannot come back: ${owner} does not change with it, so that its newest version has this content already and CloudFormation refuses to publish it twice.`;
  return impossible(logicalId, why);
}
