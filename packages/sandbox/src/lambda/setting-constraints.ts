import type { Shape } from "../core/contract.ts";
import { optionalTexts } from "../core/shape.ts";
import type { Constraints } from "./constraints.ts";
import { LAYER_VERSION_ARN } from "./layer-references.ts";
import { ARCHITECTURES } from "./runtimes.ts";

const ROLE_ARN = "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+";
const HANDLER = "[^\\s]+";

/** Constraints on the configuration members of create and update requests, which Lambda checks first. */
export function constrainSettings(constraints: Constraints, input: Shape): Constraints {
  constraints
    .pattern("Role", ROLE_ARN)
    .maxLength("Handler", 128)
    .pattern("Handler", HANDLER)
    .maxLength("Description", 256)
    .between("Timeout", 1, 900)
    .between("MemorySize", 128, 10_240)
    .between("EphemeralStorage.Size", 512, 10_240)
    .oneOf("SnapStart.ApplyOn", ["PublishedVersions", "None"])
    .oneOf("TracingConfig.Mode", ["Active", "PassThrough"])
    .oneOf("LoggingConfig.LogFormat", ["JSON", "Text"]);
  const layers = optionalTexts(input, "Layers");
  const layerPattern = new RegExp(`^(?:${LAYER_VERSION_ARN})$`);
  if (layers?.some((arn) => !layerPattern.test(arn))) {
    constraints.violated(
      `[${layers.join(", ")}]`,
      "layers",
      `Member must satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ${LAYER_VERSION_ARN}, Member must not be null]`,
    );
  }
  return constraints;
}

export function constrainArchitectures(constraints: Constraints, input: Shape): Constraints {
  const architectures = optionalTexts(input, "Architectures");
  if (!architectures) return constraints;
  const shown = `[${architectures.join(", ")}]`;
  if (architectures.length > 1) {
    constraints.violated(shown, "architectures", "Member must have length less than or equal to 1");
  }
  if (architectures.some((architecture) => !ARCHITECTURES.includes(architecture))) {
    constraints.violated(
      shown,
      "architectures",
      `Member must satisfy constraint: [Member must satisfy enum value set: [${ARCHITECTURES.join(", ")}], Member must not be null]`,
    );
  }
  return constraints;
}
