import { scalarText } from "../template/value.ts";
import type { Provider, ResourceRequest } from "./provider.ts";
import { recorded } from "./recorded.ts";
import { ResourceError } from "./resource-error.ts";

const stored = recorded({ taggable: false, attributes: ({ physicalId }) => ({ Id: physicalId }) });

/**
 * An inline policy has to be attached to something: without a role, user or group IAM rejects both its creation and its
 * deletion.
 */
export const iamPolicy: Provider = {
  ...stored,
  async delete(existing) {
    checkAttachments(existing);
    await stored.delete(existing);
  },
  async settle(existing) {
    checkAttachments(existing);
    await stored.settle(existing);
  },
};

function checkAttachments({ properties }: ResourceRequest): void {
  const attached = ["Roles", "Users", "Groups"].some(
    (name) => Array.isArray(properties[name]) && properties[name].length > 0,
  );
  if (attached) return;
  const name = scalarText(properties["PolicyName"]) ?? "";
  throw new ResourceError(
    `At least one of [Groups,Roles,Users] must be non-empty. (Policy ${name}) (Service: Iam, Status Code: 400)`,
  );
}
