import { type CapturedComponent, componentId } from "../../domain/component/component.ts";
import type { AliasTarget } from "../../domain/component/states/lambda.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import type { Json } from "../../domain/json.ts";
import type { Action } from "../../domain/plan/plan.ts";
import type { RestoreContext } from "../kind.ts";
import { latestContentOf } from "../lambda/latest-content.ts";
import { contentOf, hasContent } from "../lambda/version-content.ts";

/*
 * Lambda does not publish the same content twice in a row, and CloudFormation treats that as a failure: "A version for this
 * Lambda function exists" (facts F3, rule 7). An earlier rollback, or an attempt that failed later, may have published the
 * content that the stack is about to publish.
 */

/** One action, before the update, for each function of which the update publishes a version again. Pure. */
export function planIntermediateVersions(
  goal: CapturedComponent | null,
  live: CapturedComponent | null,
  isUpdated: (logicalId: string) => boolean,
): Action[] {
  const { settings: wanted, evidence } = stackState(goal?.state);
  const present = stackState(live?.state).settings.resources;
  const functions = Object.entries(wanted.resources).flatMap(([logicalId, type]) => {
    if (type !== "AWS::Lambda::Version" || present[logicalId] === type || !isUpdated(logicalId)) return [];
    return /:function:([^:]+):\d+$/.exec(evidence.physicalIds[logicalId] ?? "")?.[1] ?? [];
  });
  return [...new Set(functions)].sort().map((name): Action => ({ do: "make-room-for-version", name }));
}

/** Publishes the function's present content, if that differs and the newest version has the code of the backup. */
export async function publishIntermediateVersion(
  { name }: Action,
  { aws, goalOf, note }: RestoreContext,
): Promise<Json> {
  const latest = await aws.lambda.awaitSettled(name);
  const newest = (await aws.lambda.listVersions(name)).at(-1);
  const wanted = backupContent(name, goalOf);
  // Only the code: a NoEcho parameter or a dynamic reference may give the version another configuration than in the backup.
  if (!latest || !newest || newest.CodeSha256 !== wanted.codeSha256) return { needed: false };
  const now = contentOf(latest);
  const last = contentOf(newest);
  if (hasContent(now, last) || hasContent(now, wanted)) return { needed: false };
  const version = await aws.lambda.publishVersion(name, now.codeSha256 ?? "", "");
  note(
    `Published the present content of ${name} as version ${version}: version ${last.version} has the content of the backup, and Lambda does not publish the same content twice in a row.`,
  );
  return { version };
}

function backupContent(name: string, goalOf: RestoreContext["goalOf"]): AliasTarget {
  const [code, configuration] = [goalOf(componentId("lambda-code", name)), goalOf(componentId("lambda-config", name))];
  return latestContentOf(code, configuration);
}
