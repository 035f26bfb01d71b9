import type { Template } from "../template/definitions.ts";
import { validationError } from "../template/parse.ts";
import { processedTemplate } from "../template/template.ts";
import { isMap, mapOf, scalarText, type Value, type ValueMap } from "../template/value.ts";
import { TRANSFORMS } from "./table.ts";
import { TransformError, type TransformScope } from "./transform.ts";

/**
 * Runs the template's transforms: calls inside it first, the deepest before those around them, then the declared ones
 * in order. Throws ValidationError in AWS's words.
 */
export async function runTransforms(template: Template, scope: TransformScope): Promise<Template> {
  const { Transform: declared, ...rest } = mapOf(await withCallsRun(template.document, scope));
  let document: ValueMap = rest;
  for (const { name, settings } of declarationsOf(declared)) {
    document = await transformed(name, document, { scope, settings });
  }
  return processedTemplate(template, document);
}

interface Declaration {
  readonly name: string;
  readonly settings: ValueMap;
}

/** A declaration is a name, a map with `Name` and `Parameters`, or a list of them. */
function declarationsOf(value: Value | undefined): Declaration[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map((item) => {
    const name = scalarText(item) ?? scalarText(mapOf(item)["Name"]);
    if (name === undefined) throw validationError("Transforms defined as maps require Name key.");
    return { name, settings: mapOf(mapOf(item)["Parameters"]) };
  });
}

/** The value with every `Fn::Transform` replaced: the result of a call is merged with the members next to it. */
async function withCallsRun(value: Value, scope: TransformScope): Promise<Value> {
  if (Array.isArray(value)) return await Promise.all(value.map((item) => withCallsRun(item, scope)));
  if (!isMap(value)) return value;
  const inner: ValueMap = {};
  for (const [key, member] of Object.entries(value)) inner[key] = await withCallsRun(member, scope);
  const { "Fn::Transform": call, ...siblings } = inner;
  if (call === undefined) return inner;
  let result: ValueMap = siblings;
  for (const { name, settings } of declarationsOf(call)) {
    result = await transformed(name, result, { scope, settings });
  }
  return result;
}

async function transformed(
  name: string,
  document: ValueMap,
  { scope, settings }: { scope: TransformScope; settings: ValueMap },
): Promise<ValueMap> {
  const transform = TRANSFORMS.get(name);
  if (!transform) throw validationError(`No transform named ${qualified(name, scope)} found.`);
  try {
    return await transform(document, scope, settings);
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    throw validationError(`Transform ${name} failed with: ${error.message}`);
  }
}

/** AWS qualifies a macro with its owner's account, but not its own transforms. */
function qualified(name: string, { pseudo }: TransformScope): string {
  return name.includes("::") ? name : `${scalarText(pseudo.get("AWS::AccountId"))}::${name}`;
}
