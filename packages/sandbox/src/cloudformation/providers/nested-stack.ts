import type { Provider } from "./provider.ts";

/**
 * A stack as a resource of another stack. The resource's id is the stack's id, its attributes are the stack's outputs.
 */
export const nestedStack: Provider = {
  create: (wanted) => wanted.nested.create(wanted),
  update: (wanted, existing) => existing.nested.update(wanted, existing),
  delete: (existing) => existing.nested.delete(existing),
  settle: (existing) => existing.nested.settle(existing),
  attributes: async (existing) => existing.nested.attributes(existing),
  replacedBy: [],
  nameProperty: null,
  taggable: true,
};
