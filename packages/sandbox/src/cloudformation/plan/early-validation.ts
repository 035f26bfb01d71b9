import { now } from "../engine/events.ts";
import type { PlannedChange, Site, ValidationFailure } from "../model.ts";
import { propertyFaults } from "../schemas/property-faults.ts";

/** Why a set fails whose resources AWS's schemas refuse; the faults themselves come with DescribeEvents. */
export const VALIDATION_FAILED =
  "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.";

/** What AWS's schemas find wrong with the resources that a set would add or change, as far as their values are known. */
export function validationFailures({ account }: Site, changes: readonly PlannedChange[]): ValidationFailure[] {
  return changes.flatMap(({ logicalId, type, wanted }) =>
    (wanted ? propertyFaults(type, wanted.properties) : []).map((fault) => {
      const [place = "#", ...reason] = fault.split(": ");
      const path = `/Resources/${logicalId}/Properties${place.slice(1)}`;
      const timestamp = now(account);
      return { id: account.context.uuid(), logicalId, type, path, reason: earlyWords(reason.join(": ")), timestamp };
    }),
  );
}

/** The early validation has words of its own for a property that is missing. */
function earlyWords(fault: string): string {
  return fault.replace(/^required key (\[.+\]) not found$/, "Required property $1 not found");
}
