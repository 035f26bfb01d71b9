import type { BridgeTemplate } from "../../src/domain/bridge-template.ts";
import type { StackLinks } from "../../src/domain/stack-links.ts";

type Template = Record<string, Record<string, unknown>>;

/**
 * A template that exports and imports just that. An export's value is its text, so that a test decides whether it changes;
 * each import stands in a rule of its own, which holds no data, so that it may go without consent.
 */
export function linkedTemplate({ exports, imports }: StackLinks): string {
  const rule = (words: unknown) => ({ Type: "AWS::Events::Rule", Properties: { Description: words } });
  const using = imports.map((name) => [`Uses${alphanumeric(name)}`, rule({ "Fn::ImportValue": name })]);
  const outputs = Object.entries(exports).map(([name, value]) => [
    `Out${alphanumeric(name)}`,
    { Value: value, Export: { Name: name } },
  ]);
  return JSON.stringify(
    { Resources: { Own: rule("own"), ...Object.fromEntries(using) }, Outputs: Object.fromEntries(outputs) },
    null,
    2,
  );
}

/** Logical ids are letters and digits only. */
function alphanumeric(name: string): string {
  return name.replace(/\W/g, "");
}

/** For templates in JSON whose outputs refer to nothing but themselves or to resources that both sides have. */
export const bridgeJson: BridgeTemplate = (goal, live, exportNames) => {
  const [wanted, present] = [JSON.parse(goal), JSON.parse(live)] as [Template, Template];
  const kept = Object.entries(present["Outputs"] ?? {}).filter(([, output]) => {
    const name = (output as { Export?: { Name?: unknown } }).Export?.Name;
    return typeof name === "string" && exportNames.includes(name);
  });
  if (kept.length < exportNames.length) return { refusal: "an export's name is no literal" };
  return { template: JSON.stringify({ ...wanted, Outputs: { ...wanted["Outputs"], ...Object.fromEntries(kept) } }) };
};
