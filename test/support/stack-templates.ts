import type { Shape } from "#sandbox/core/contract";
import type { StackLinks } from "#src/domain/stack/links";
import type { BridgeStart } from "#src/domain/template/splice/bridge";

/**
 * A template with exactly these exports and imports. An export's value is a literal, so a test decides whether it changes;
 * each import is used by a rule of its own, which holds no data, so that removing the rule needs no consent.
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

/** The template of `linkedTemplate` as the input of a bridge. */
export function bridgeEnd(links: StackLinks): BridgeStart {
  const exportNames = Object.fromEntries(Object.keys(links.exports).map((name) => [`Out${alphanumeric(name)}`, name]));
  return { template: linkedTemplate(links), parameters: {}, exportNames };
}

/** As `linkedTemplate`, but each export is the ARN of the stack's own resource, which differs for each set of exports. */
export function ownTemplate(links: StackLinks): string {
  const { Resources, Outputs } = JSON.parse(linkedTemplate(links));
  const Own = { ...Resources.Own, Properties: { Description: `for ${Object.keys(links.exports).join()}` } };
  const outputs = Object.entries<object>(Outputs).map(([key, output]) => [
    key,
    { ...output, Value: { "Fn::GetAtt": ["Own", "Arn"] } },
  ]);
  return JSON.stringify({ Resources: { ...Resources, Own }, Outputs: Object.fromEntries(outputs) });
}

/** In YAML. Each export has its own parameter, condition and resource, a computed name, and always the same output key. */
export function yamlTemplate({ exports, imports }: StackLinks): string {
  const [name] = Object.keys(exports).map((exported) => exported.replace(/^.*-/, ""));
  const own =
    "Resources:\n  # the stack's own\n  Own:\n    Type: AWS::Events::Rule\n    Properties: { Description: own }\n";
  const using = imports.map(
    (imported) =>
      `  Uses${alphanumeric(imported)}:\n    Type: AWS::Events::Rule\n    Properties:\n      Description: !ImportValue ${imported}\n`,
  );
  if (!name) return own + using.join("");
  return `Parameters:
  Is${name}: { Type: String, Default: "yes" }
Conditions:
  Has${name}: !Equals [!Ref Is${name}, "yes"]
${own}${using.join("")}  Rule${name}:
    Type: AWS::Events::Rule
    Condition: Has${name}
    Properties:
      Description: ${name}
Outputs:
  Exported: # of the rule
    Condition: Has${name}
    Value: !GetAtt Rule${name}.Arn
    Export:
      Name: !Sub "\${AWS::StackName}-${name}"
`;
}

/** The function `shop-pay` as a resource, with its code and the properties that a test is about. */
export function payResource(Code: Shape, more: Shape = {}) {
  return {
    Type: "AWS::Lambda::Function",
    Properties: {
      FunctionName: "shop-pay",
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Role: "arn:aws:iam::000000000000:role/service",
      Code,
      ...more,
    },
  };
}
