import { captured, componentId, type KindName, unknownKindText } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import { type Kind, refused } from "./kind.ts";

/**
 * Stands for a kind that this version lacks: a row of another version names it. Its components are named and refused, and
 * everything else goes on. It reads and changes nothing.
 */
export function unknownKind(name: KindName): Kind {
  const detailOf = (component: string) => unknownKindText(componentId(name, component));
  return {
    name,
    capture: async (_reader, component) => {
      const place = { parent: null, physicalId: null, incomplete: detailOf(component) };
      return captured(componentId(name, component), { settings: {}, evidence: {}, artifacts: [] }, place);
    },
    diff: () => [""],
    plan: ({ name: component }) => refused({ code: "KIND_UNKNOWN", detail: detailOf(component) }),
    restore: async () => {
      throw new StepbackError("KIND_UNKNOWN", `No action of the kind ${name} is known.`);
    },
    verify: async (_reader, component) => {
      throw new StepbackError("KIND_UNKNOWN", detailOf(component));
    },
  };
}
