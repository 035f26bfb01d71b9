import { type Static, Type } from "typebox";
import { componentId } from "../../domain/component/component.ts";
import { identifierOf, type Orphan, wayToImport } from "../../domain/stack/retained.ts";
import { noun } from "../../plugins/nouns.ts";
import { ComponentIdText, nullable } from "./shapes.ts";

export const OrphanShape = noun("Orphan", (options) =>
  Type.Object(
    {
      component: ComponentIdText,
      type: Type.String({ description: "As in `AWS::DynamoDB::Table`" }),
      physicalId: Type.String(),
      identifier: nullable(
        Type.Record(Type.String(), Type.String(), { description: "As `ResourceIdentifier` of an import wants it" }),
      ),
      wayBack: Type.String({ description: "How its stack takes it in again, in words" }),
    },
    { ...options, description: "A resource that stays in the account and belongs to no stack any more" },
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
