import { AwsError, type AwsService, type SandboxContext, type Shape } from "../core/contract.ts";
import { unknownOperation } from "../core/json-protocol.ts";
import { optionalText, optionalTexts } from "../core/shape.ts";

interface Repository {
  readonly name: string;
  readonly createdAt: Date;
}

const NAME = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** ECR's repositories in memory. No image can be pushed into them, so all of them are empty; their settings are AWS's defaults. */
export function createEcr(context: SandboxContext): AwsService {
  const repositories = new Map<string, Repository>();
  const at = (name: string) => requireRepository(context, repositories, name);
  return {
    name: "ecr",
    call: async (operation, input) => {
      switch (operation) {
        case "CreateRepository":
          return { repository: shapeOf(context, create(context, repositories, input)) };
        case "DescribeRepositories": {
          const named = optionalTexts(input, "repositoryNames")?.map(at);
          return { repositories: (named ?? [...repositories.values()]).map((found) => shapeOf(context, found)) };
        }
        case "DeleteRepository": {
          const repository = at(requiredName(input));
          repositories.delete(repository.name);
          return { repository: shapeOf(context, repository) };
        }
        case "ListImages":
          at(requiredName(input));
          return { imageIds: [] };
        case "DescribeImages":
          return describeImages(at(requiredName(input)), input);
        default:
          throw unknownOperation();
      }
    },
  };
}

function create(context: SandboxContext, repositories: Map<string, Repository>, input: Shape): Repository {
  const name = requiredName(input);
  if (!NAME.test(name)) {
    const rule = `Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '${NAME.source}''`;
    throw new AwsError("InvalidParameterException", rule, 400);
  }
  if (repositories.has(name)) {
    const message = `The repository with name '${name}' already exists in the registry with id '${context.accountId}'`;
    throw new AwsError("RepositoryAlreadyExistsException", message, 400);
  }
  const repository = { name, createdAt: new Date(context.clock.now()) };
  repositories.set(name, repository);
  return repository;
}

function describeImages({ name }: Repository, input: Shape): Shape {
  const wanted = Array.isArray(input["imageIds"]) ? input["imageIds"] : [];
  if (wanted.length === 0) return { imageDetails: [] };
  const message = `The image with imageId ${JSON.stringify(wanted[0])} does not exist within the repository with name '${name}'`;
  throw new AwsError("ImageNotFoundException", message, 400);
}

function requireRepository(
  context: SandboxContext,
  repositories: ReadonlyMap<string, Repository>,
  name: string,
): Repository {
  const repository = repositories.get(name);
  if (repository) return repository;
  const message = `The repository with name '${name}' does not exist in the registry with id '${context.accountId}'`;
  throw new AwsError("RepositoryNotFoundException", message, 400);
}

function shapeOf({ accountId, region }: SandboxContext, { name, createdAt }: Repository): Shape {
  return {
    repositoryArn: `arn:aws:ecr:${region}:${accountId}:repository/${name}`,
    registryId: accountId,
    repositoryName: name,
    repositoryUri: `${accountId}.dkr.ecr.${region}.amazonaws.com/${name}`,
    createdAt,
    imageTagMutability: "MUTABLE",
    imageScanningConfiguration: { scanOnPush: false },
    encryptionConfiguration: { encryptionType: "AES256" },
  };
}

function requiredName(input: Shape): string {
  const name = optionalText(input, "repositoryName");
  if (name) return name;
  const message = "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must not be null'";
  throw new AwsError("InvalidParameterException", message, 400);
}
