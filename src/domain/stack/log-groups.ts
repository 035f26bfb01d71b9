import type { CapturedComponent } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import { asObject, type Json, type JsonObject, sameJson } from "../json.ts";
import { resourcesOf, type TemplateResource, templateOf } from "../template/template.ts";

/*
 * Log groups of functions that a deployment added: they hold what these functions have written since, and nothing else.
 */

const FUNCTION = "AWS::Lambda::Function";

/** Logical ids in `present` of the log groups into which only functions write that `wanted` does not have. Pure. */
export function logGroupsOfAdded(wanted: CapturedComponent, present: CapturedComponent): ReadonlySet<string> {
  const added = addedFunctions(wanted, present);
  if (added.size === 0) return new Set();
  const resources = resourcesOf(templateOf(present.state));
  const groups = resources.filter(({ type }) => type === "AWS::Logs::LogGroup" || type === "Custom::LogRetention");
  const own = groups.filter((group) => {
    const writers = resources.filter((resource) => writesTo(resource, group, present));
    return writers.length > 0 && writers.every(({ logicalId }) => added.has(logicalId));
  });
  return new Set(own.map(({ logicalId }) => logicalId));
}

/** By logical id. A function that only changed its logical id is not added: its logs were there before. */
function addedFunctions(wanted: CapturedComponent, present: CapturedComponent): ReadonlySet<string> {
  const [was, is] = [wanted, present].map(({ state }) => stackState(state).settings.resources);
  const known = Object.values(stackState(wanted.state).evidence.physicalIds);
  const { physicalIds } = stackState(present.state).evidence;
  const added = Object.entries(is ?? {}).filter(
    ([logicalId, type]) =>
      type === FUNCTION && !(logicalId in (was ?? {})) && !known.includes(physicalIds[logicalId] ?? ""),
  );
  return new Set(added.map(([logicalId]) => logicalId));
}

/** Whether the function writes into the log group: by its own setting, or else by the name that Lambda gives to it. */
function writesTo(
  { logicalId, type, properties }: TemplateResource,
  group: TemplateResource,
  stack: CapturedComponent,
) {
  if (type !== FUNCTION && type !== "AWS::Serverless::Function") return false;
  const { physicalIds } = stackState(stack.state).evidence;
  const setting = asObject(properties["LoggingConfig"])["LogGroup"];
  const named = group.properties["LogGroupName"];
  const groupName = physicalIds[group.logicalId] ?? named;
  if (setting !== undefined)
    return isRefTo(setting, group.logicalId) || setting === groupName || sameName(setting, named);
  const name = physicalIds[logicalId] ?? properties["FunctionName"];
  return groupName === `/aws/lambda/${name}` || (named !== undefined && isDefaultName(named, logicalId));
}

function sameName(setting: Json, named: Json | undefined): boolean {
  return named !== undefined && sameJson(setting, named);
}

function isRefTo(value: Json, logicalId: string): boolean {
  return sameJson(value, { Ref: logicalId });
}

/** `/aws/lambda/` and the function's name, as templates compute it. */
function isDefaultName(named: Json, logicalId: string): boolean {
  const object: JsonObject = asObject(named);
  const forms: Json[] = [`/aws/lambda/\${${logicalId}}`, [`/aws/lambda/\${${logicalId}}`, {}]];
  const joined: Json = ["", ["/aws/lambda/", { Ref: logicalId }]];
  return (
    forms.some((form) => sameJson(object["Fn::Sub"] ?? null, form)) || sameJson(object["Fn::Join"] ?? null, joined)
  );
}
