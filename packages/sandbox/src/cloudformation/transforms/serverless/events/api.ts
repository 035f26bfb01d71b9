import { mapOf, scalarText, type ValueMap } from "../../../template/value.ts";
import { IMPLICIT_API } from "../api.ts";
import { ref, type SamTemplate } from "../sam-template.ts";
import type { SamEvent, SamEventSource } from "./event.ts";
import { permission, required, targetInSub } from "./target.ts";

/**
 * A path of a REST API: the template's own, or the implicit one that SAM creates. The permission's id contains the
 * stage Prod for the implicit API; the permission covers every stage of either.
 */
export const apiEvent: SamEventSource = {
  expand(event, sam) {
    const path = scalarText(required(event, "Path")) ?? "/";
    const method = (scalarText(required(event, "Method")) ?? "any").toLowerCase();
    const { RestApiId } = event.properties;
    const apiId = RestApiId === undefined ? IMPLICIT_API : scalarText(mapOf(RestApiId)["Ref"]);
    if (apiId !== undefined) addRoute(event, sam, { apiId, path, method });
    const verb = method === "any" ? "*" : method.toUpperCase();
    const place = `\${__ApiId__}/\${__Stage__}/${verb}${path.replace(/\{[^}]*\}/g, "*")}`;
    const variables: ValueMap = { __Stage__: "*", __ApiId__: apiId === undefined ? (RestApiId ?? "") : ref(apiId) };
    return {
      [`${event.id}Permission${apiId === IMPLICIT_API ? "Prod" : "Stage"}`]: permission(
        event,
        "apigateway.amazonaws.com",
        {
          SourceArn: {
            "Fn::Sub": [`arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:${place}`, variables],
          },
        },
      ),
    };
  },
};

function addRoute(
  { target }: SamEvent,
  { routes }: SamTemplate,
  to: { apiId: string; path: string; method: string },
): void {
  const { apiId, path, method } = to;
  const route = { path, method, target: targetInSub(target), payloadFormat: undefined };
  routes.set(apiId, [...(routes.get(apiId) ?? []), route]);
}
