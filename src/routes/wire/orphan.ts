import { type Static, Type } from "typebox";
import { componentId } from "../../domain/component/component.ts";
import { identifierOf, type Orphan, wayToImport } from "../../domain/stack/retained.ts";
import { noun } from "../../plugins/nouns.ts";
import { ComponentIdText, nullable } from "./shapes.ts";

export const OrphanShape = noun("Orphan", (options) =>
  Type.Object(
    {
      component: ComponentIdText,
      type: Type.String({ description: "Such as `AWS::DynamoDB::Table`" }),
      physicalId: Type.String(),
      identifier: nullable(
        Type.Record(Type.String(), Type.String(), { description: "The `ResourceIdentifier` for importing it" }),
      ),
      wayBack: Type.String({ description: "How to import it into its stack again" }),
    },
    { ...options, description: "A resource that stays in the account and no longer belongs to any stack" },
  ),
);

export function presentOrphan(orphan: Orphan): Static<typeof OrphanShape.schema> {
  const { stack, logicalId, type, physicalId } = orphan;
  const identifier = identifierOf(orphan);
  return {
    component: componentId("stack-resource", `${stack}/${logicalId}`),
    type,
    physicalId,
    identifier: identifier && { ...identifier },
    wayBack: wayToImport(orphan),
  };
}
