import { mapOf, scalarText, type ValueMap } from "../../template/value.ts";
import type { EventTarget } from "./events/event.ts";
import { generated, ref, type SamResource, SamResourceError } from "./sam-template.ts";

/**
 * The URL of a function or its alias. A URL without authorization comes with the two permissions that open it to
 * everybody.
 */
export function functionUrl({ id, properties, attributes }: SamResource, { aliasId }: EventTarget): ValueMap {
  if (!("FunctionUrlConfig" in properties)) return {};
  const { AuthType, Cors, InvokeMode } = mapOf(properties["FunctionUrlConfig"]);
  const auth = scalarText(AuthType);
  if (auth !== "AWS_IAM" && auth !== "NONE") {
    const rule = "AuthType is required to configure function property `FunctionUrlConfig`.";
    throw new SamResourceError(id, `${rule} Please provide either AWS_IAM or NONE.`);
  }
  const target = ref(aliasId ?? id);
  const url = generated(
    "AWS::Lambda::Url",
    { TargetFunctionArn: target, AuthType: auth, Cors, InvokeMode },
    attributes,
  );
  if (auth === "AWS_IAM") return { [`${id}Url`]: url };
  const permission = { FunctionName: target, Principal: "*" };
  return {
    [`${id}Url`]: url,
    [`${id}UrlPublicPermissions`]: generated(
      "AWS::Lambda::Permission",
      { ...permission, Action: "lambda:InvokeFunctionUrl", FunctionUrlAuthType: auth },
      attributes,
    ),
    [`${id}URLInvokeAllowPublicAccess`]: generated(
      "AWS::Lambda::Permission",
      { ...permission, Action: "lambda:InvokeFunction", InvokedViaFunctionUrl: true },
      attributes,
    ),
  };
}
