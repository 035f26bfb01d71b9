import { scalarText } from "../template/value.ts";
import { randomSuffix } from "./provider.ts";
import { recorded } from "./recorded.ts";

/** SSM parameters without a name get one that starts with `CFN-` instead of the stack's name. */
export const ssmParameter = recorded({
  nameProperty: "Name",
  physicalId: (name, { properties, logicalId, context }) =>
    "Name" in properties ? name : `CFN-${logicalId}-${randomSuffix(context)}`,
  attributes: ({ properties }) => ({
    Type: scalarText(properties["Type"]) ?? "String",
    Value: scalarText(properties["Value"]) ?? "",
  }),
});
