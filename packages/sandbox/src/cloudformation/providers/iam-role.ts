import { createHash } from "node:crypto";
import { scalarText } from "../template/value.ts";
import { type ExistingResource, iamArn } from "./provider.ts";
import { recorded } from "./recorded.ts";

/** AWS's role ids are 21 characters long and start with AROA. */
const ROLE_ID_DIGITS = 17;

export const iamRole = recorded({
  nameProperty: "RoleName",
  replacedBy: ["RoleName", "Path"],
  attributes: (existing) => ({
    Arn: iamArn(existing, `role${scalarText(existing.properties["Path"]) ?? "/"}${existing.physicalId}`),
    RoleId: roleId(existing),
  }),
});

/** Derived from the role and its stack, so that it stays the same as long as the role exists. */
function roleId({ physicalId, stackId }: ExistingResource): string {
  const digits = createHash("sha256").update(`${stackId} ${physicalId}`).digest("hex");
  return `AROA${digits.slice(0, ROLE_ID_DIGITS).toUpperCase()}`;
}
