import { AwsError, type Shape } from "../../core/contract.ts";
import { optionalShapes, optionalText } from "../../core/shape.ts";
import { type ExistingResource, nameOf, type Provider, type ResourceRequest, settleSoon } from "./provider.ts";

export const ecrRepository: Provider = {
  async create(wanted) {
    const repositoryName = nameOf(wanted, "RepositoryName").toLowerCase();
    await callEcr(wanted, "CreateRepository", { repositoryName });
    return repositoryName;
  },

  /** The sandbox's ECR has no settings. */
  async update() {},

  async delete(existing) {
    if (await repositoryExists(existing)) await callEcr(existing, "DeleteRepository", nameInput(existing));
  },

  settle: settleSoon,

  async attributes(existing) {
    const { repositories } = await callEcr(existing, "DescribeRepositories", {
      repositoryNames: [existing.physicalId],
    });
    const [repository = {}] = optionalShapes({ repositories }, "repositories") ?? [];
    return {
      Arn: optionalText(repository, "repositoryArn") ?? "",
      RepositoryUri: optionalText(repository, "repositoryUri") ?? "",
    };
  },

  replacedBy: ["RepositoryName", "EncryptionConfiguration"],
  nameProperty: "RepositoryName",
  taggable: true,

  importing: {
    identifier: "RepositoryName",
    idOf: (name) => name,
    exists: repositoryExists,
    // The sandbox's ECR has no tags.
    adopt: settleSoon,
  },
};

async function repositoryExists(existing: ExistingResource): Promise<boolean> {
  try {
    await callEcr(existing, "ListImages", nameInput(existing));
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.code === "RepositoryNotFoundException") return false;
    throw error;
  }
}

function nameInput({ physicalId }: ExistingResource): Shape {
  return { repositoryName: physicalId };
}

function callEcr({ context }: ResourceRequest, operation: string, input: Shape): Promise<Shape> {
  return context.service("ecr").call(operation, input, "cloudformation");
}
