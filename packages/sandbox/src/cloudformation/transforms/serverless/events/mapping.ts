import { generated, ref } from "../sam-template.ts";
import type { SamEventSource } from "./event.ts";
import { required } from "./target.ts";

/** A queue or stream that Lambda polls. `source` is the property with its ARN; all other properties are passed on. */
export function mappingEvent(source: "Queue" | "Stream", rolePolicy: string): SamEventSource {
  return {
    expand(event) {
      const EventSourceArn = required(event, source);
      const { id, properties, target } = event;
      const { [source]: _source, ...settings } = properties;
      const mapping = { EventSourceArn, FunctionName: ref(target.aliasId ?? target.id), ...settings };
      return { [id]: generated("AWS::Lambda::EventSourceMapping", mapping, target.attributes) };
    },
    rolePolicy,
  };
}
