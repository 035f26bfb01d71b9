import { arn } from "./provider.ts";
import { recorded } from "./recorded.ts";

export const logsLogGroup = recorded({
  nameProperty: "LogGroupName",
  attributes: (existing) => ({ Arn: `${arn(existing, "logs", `log-group:${existing.physicalId}`)}:*` }),
});
