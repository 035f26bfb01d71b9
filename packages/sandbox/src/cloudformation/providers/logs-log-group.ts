import { arn } from "./provider.ts";
import { recorded } from "./recorded.ts";

export const logsLogGroup = recorded({
  nameProperty: "LogGroupName",
  heldBy: {
    service: "logs",
    create: "CreateLogGroup",
    remove: "DeleteLogGroup",
    inputOf: ({ physicalId }) => ({ logGroupName: physicalId }),
  },
  attributes: (existing) => ({ Arn: `${arn(existing, "logs", `log-group:${existing.physicalId}`)}:*` }),
});
