import { recorded } from "./recorded.ts";

export const snsTopicPolicy = recorded({ taggable: false, attributes: ({ physicalId }) => ({ Id: physicalId }) });
