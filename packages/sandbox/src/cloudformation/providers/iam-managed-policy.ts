import { scalarText } from "../template/value.ts";
import { iamArn } from "./provider.ts";
import { recorded } from "./recorded.ts";

export const iamManagedPolicy = recorded({
  nameProperty: "ManagedPolicyName",
  replacedBy: ["ManagedPolicyName", "Path", "Description"],
  physicalId: (name, request) => iamArn(request, `policy${scalarText(request.properties["Path"]) ?? "/"}${name}`),
  attributes: ({ physicalId }) => ({ PolicyArn: physicalId }),
});
