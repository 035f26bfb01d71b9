import type { ResourceRegistry } from "../cloudformation/providers/resource-registry.ts";
import { AwsError, type AwsService, type SandboxContext, type Shape } from "../core/contract.ts";
import { unknownOperation } from "../core/json-protocol.ts";
import { optionalText } from "../core/shape.ts";

/**
 * Cloud Control, as far as it tells whether a resource is there. Types that a service of the sandbox has are asked of that
 * service; what nobody made through the sandbox is there until it is deleted here.
 */
export function createCloudControl(context: SandboxContext, registry: ResourceRegistry): AwsService {
  const deleted = new Set<string>();
  return {
    name: "cloudcontrolapi",
    call: async (operation, input) => {
      const type = requiredText(input, "TypeName");
      const id = operation === "CreateResource" ? nameIn(type, input) : requiredText(input, "Identifier");
      const resource = { type, id };
      const key = `${resource.type} ${resource.id}`;
      switch (operation) {
        case "GetResource": {
          const isThere = !deleted.has(key) && (await isKnown(context, registry, resource));
          if (!isThere) throw notFound(resource);
          const properties = JSON.stringify(registry.definitionOf(resource.type, resource.id) ?? {});
          return { TypeName: resource.type, ResourceDescription: { Identifier: resource.id, Properties: properties } };
        }
        case "CreateResource":
          deleted.delete(key);
          registry.restore(type, id);
          return progressOf(context, resource, "CREATE");
        case "DeleteResource":
          deleted.add(key);
          return progressOf(context, resource, "DELETE");
        default:
          throw unknownOperation();
      }
    },
  };
}

interface Resource {
  readonly type: string;
  readonly id: string;
}

async function isKnown(context: SandboxContext, registry: ResourceRegistry, { type, id }: Resource): Promise<boolean> {
  if (registry.wasRemoved(type, id)) return false;
  const read = READS[type];
  if (!read) return true;
  const [service, operation, member] = read;
  try {
    await context.service(service).call(operation, { [member]: id }, "cloudformation");
    return true;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}

/** The call that finds a resource of a type which the sandbox has a service for. */
const READS: Readonly<Record<string, readonly [service: string, operation: string, member: string]>> = {
  "AWS::Lambda::Function": ["lambda", "GetFunction", "FunctionName"],
  "AWS::S3::Bucket": ["s3", "HeadBucket", "Bucket"],
};

/** Types whose identifier is the property that names them. */
const NAMED_BY: Readonly<Record<string, string>> = {
  "AWS::IAM::Role": "RoleName",
  "AWS::Kinesis::Stream": "Name",
  "AWS::Events::EventBus": "Name",
  "AWS::ECR::Repository": "RepositoryName",
};

function nameIn(type: string, input: Shape): string {
  const property = NAMED_BY[type];
  if (property) return requiredText(JSON.parse(requiredText(input, "DesiredState")) as Shape, property);
  throw new AwsError("UnsupportedActionException", `The sandbox creates no resources of type ${type}`, 400);
}

function progressOf(context: SandboxContext, { type, id }: Resource, operation: string): Shape {
  const progress = { TypeName: type, Identifier: id, Operation: operation, OperationStatus: "SUCCESS" };
  return { ProgressEvent: { ...progress, RequestToken: context.uuid(), EventTime: new Date(context.clock.now()) } };
}

function notFound({ type, id }: Resource): AwsError {
  return new AwsError(
    "ResourceNotFoundException",
    `Resource of type '${type}' with identifier '${id}' was not found.`,
    400,
  );
}

function requiredText(input: Shape, name: string): string {
  const text = optionalText(input, name);
  if (text) return text;
  throw new AwsError(
    "ValidationException",
    `Value null at '${name}' failed to satisfy constraint: Member must not be null`,
    400,
  );
}
