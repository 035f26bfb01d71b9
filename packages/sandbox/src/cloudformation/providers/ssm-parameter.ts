import { AwsError, type Shape } from "../../core/contract.ts";
import { defined } from "../../core/shape.ts";
import { scalarText } from "../template/value.ts";
import { type Provider, type ResourceRequest, randomSuffix, settleSoon } from "./provider.ts";
import { ResourceError } from "./resource-error.ts";

export const ssmParameter: Provider = {
  async create(wanted) {
    const Name = nameOfParameter(wanted);
    if (await parameterExists(wanted, Name)) throw new ResourceError(`${Name} already exists`);
    await callSsm(wanted, "PutParameter", inputOf(wanted, Name));
    return Name;
  },

  async update(wanted, { physicalId }) {
    await callSsm(wanted, "PutParameter", { ...inputOf(wanted, physicalId), Overwrite: true });
  },

  async delete(existing) {
    if (!(await parameterExists(existing, existing.physicalId))) return;
    await callSsm(existing, "DeleteParameter", { Name: existing.physicalId });
  },

  settle: settleSoon,

  async attributes({ properties }) {
    return {
      Type: scalarText(properties["Type"]) ?? "String",
      Value: scalarText(properties["Value"]) ?? "",
    };
  },

  replacedBy: ["Name"],
  nameProperty: "Name",
  taggable: true,

  importing: {
    identifier: "Name",
    idOf: (name) => name,
    exists: (existing) => parameterExists(existing, existing.physicalId),
    // The sandbox's SSM has no tags.
    adopt: settleSoon,
  },
};

/** A parameter without a name gets one that starts with `CFN-` instead of the stack's name. */
function nameOfParameter({ properties, logicalId, context }: ResourceRequest): string {
  return scalarText(properties["Name"]) ?? `CFN-${logicalId}-${randomSuffix(context)}`;
}

function inputOf({ properties }: ResourceRequest, Name: string): Shape {
  const Type = scalarText(properties["Type"]);
  return defined({ Name, Type, Value: scalarText(properties["Value"]) });
}

async function parameterExists(request: ResourceRequest, Name: string): Promise<boolean> {
  try {
    await callSsm(request, "GetParameter", { Name });
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.code === "ParameterNotFound") return false;
    throw error;
  }
}

function callSsm({ context }: ResourceRequest, operation: string, input: Shape): Promise<Shape> {
  return context.service("ssm").call(operation, input, "cloudformation");
}
