import { type CapturedComponent, componentId } from "../../domain/component/component.ts";
import { asObject, type Json } from "../../domain/json.ts";
import type { Action } from "../../domain/plan/plan.ts";
import type { RestoreContext } from "../kind.ts";
import { contentOf, sameContent } from "../lambda/alias-targets.ts";
import { configDigest } from "../lambda/function-settings.ts";

/*
 * Lambda publishes nothing twice in a row, and CloudFormation takes that for a failure: "A version for this Lambda function
 * exists" (facts F3, rule 7). An earlier rollback, or an attempt that failed behind it, may have published what comes back.
 */

/** Pure. One action for each function of which a stack publishes a version anew; before the update that does. */
export function publishIntermediateVersion(
  goal: CapturedComponent | null,
  live: CapturedComponent | null,
  comes: (logicalId: string) => boolean,
): Action[] {
  const [wanted, present] = [goal, live].map((state) => asObject(state?.state.settings["resources"]));
  const physicalIds = asObject(goal?.state.evidence["physicalIds"]);
  const functions = Object.entries(wanted ?? {}).flatMap(([logicalId, type]) => {
    if (type !== "AWS::Lambda::Version" || present?.[logicalId] === type || !comes(logicalId)) return [];
    return /:function:([^:]+):\d+$/.exec(String(physicalIds[logicalId]))?.[1] ?? [];
  });
  return [...new Set(functions)].sort().map((name): Action => ({ do: "make-room-for-version", name }));
}

/** Where the newest version has the code that comes back and the function has something else, that is published in between. */
export async function makeRoom(name: string, { aws, goalOf, note }: RestoreContext): Promise<Json> {
  const latest = await aws.lambda.awaitSettled(name);
  const newest = (await aws.lambda.listVersions(name)).at(-1);
  const { codeSha256, config } = comingContent(name, goalOf);
  // Its code alone: a NoEcho parameter or a value that is looked up may give it another configuration than in the backup.
  if (!latest || !newest || newest.CodeSha256 !== codeSha256) return { needed: false };
  const now = contentOf(latest);
  const last = contentOf(newest);
  const isPublished = sameContent(now, { codeSha256: last.codeSha256, config: last.configDigest });
  if (isPublished || sameContent(now, { codeSha256, config })) return { needed: false };
  const version = await aws.lambda.publishVersion(name, now.codeSha256, "");
  note(
    `Published ${name} as it is now as version ${version}: version ${last.version} has what comes back, and Lambda publishes nothing twice in a row.`,
  );
  return { version };
}

function comingContent(name: string, goalOf: RestoreContext["goalOf"]): { codeSha256: Json; config: Json } {
  const settings = (kind: "lambda-code" | "lambda-config") => goalOf(componentId(kind, name))?.settings ?? {};
  return {
    codeSha256: settings("lambda-code")["CodeSha256"] ?? null,
    config: configDigest(settings("lambda-config")),
  };
}
