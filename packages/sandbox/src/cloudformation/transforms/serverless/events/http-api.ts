import { mapOf, scalarText, type ValueMap } from "../../../template/value.ts";
import { IMPLICIT_HTTP_API } from "../http-api.ts";
import { ref } from "../sam-template.ts";
import type { SamEventSource } from "./event.ts";
import { permission, targetInSub } from "./target.ts";

const DEFAULT_PATH = "$default";

/**
 * A path of an HTTP API: the template's own, or the implicit one that SAM creates. Without a path the event gets every
 * request that no other path matches.
 */
export const httpApiEvent: SamEventSource = {
  expand(event, { routes }) {
    const { ApiId, Path = DEFAULT_PATH, Method = "any", PayloadFormatVersion } = event.properties;
    const path = scalarText(Path) ?? DEFAULT_PATH;
    const method = (scalarText(Method) ?? "any").toLowerCase();
    const apiId = ApiId === undefined ? IMPLICIT_HTTP_API : scalarText(mapOf(ApiId)["Ref"]);
    if (apiId !== undefined) {
      const route = {
        path,
        method,
        target: targetInSub(event.target),
        payloadFormat: scalarText(PayloadFormatVersion),
      };
      routes.set(apiId, [...(routes.get(apiId) ?? []), route]);
    }
    const verb = method === "any" ? "*" : method.toUpperCase();
    const called = path === DEFAULT_PATH ? "*" : `${verb}${path.replace(/\{[^}]*\}/g, "*")}`;
    const place = `\${__ApiId__}/\${__Stage__}/${called}`;
    const variables: ValueMap = { __Stage__: "*", __ApiId__: apiId === undefined ? (ApiId ?? "") : ref(apiId) };
    return {
      [`${event.id}Permission`]: permission(event, "apigateway.amazonaws.com", {
        SourceArn: {
          "Fn::Sub": [`arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:${place}`, variables],
        },
      }),
    };
  },
};
