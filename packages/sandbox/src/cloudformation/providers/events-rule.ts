import { arn } from "./provider.ts";
import { recorded } from "./recorded.ts";

export const eventsRule = recorded({
  nameProperty: "Name",
  replacedBy: ["Name", "EventBusName"],
  attributes: (existing) => ({ Arn: arn(existing, "events", `rule/${existing.physicalId}`) }),
});
