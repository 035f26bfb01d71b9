import type { Value, ValueMap } from "../../../template/value.ts";
import { generated, getAtt, ref, SamResourceError } from "../sam-template.ts";
import type { EventTarget, SamEvent } from "./event.ts";

/** The ARN of what the event calls. */
export function targetArn({ id, aliasId }: EventTarget): ValueMap {
  return aliasId === null ? getAtt(id, "Arn") : ref(aliasId);
}

/** As the text of a Sub names it. */
export function targetInSub({ id, aliasId }: EventTarget): string {
  return aliasId ?? `${id}.Arn`;
}

/** What lets a service call the function; `from` says on whose behalf. */
export function permission(
  { target }: SamEvent,
  principal: string,
  from: Readonly<Record<string, Value | undefined>>,
): ValueMap {
  return generated(
    "AWS::Lambda::Permission",
    {
      Action: "lambda:InvokeFunction",
      FunctionName: ref(target.aliasId ?? target.id),
      Principal: principal,
      ...from,
    },
    target.attributes,
  );
}

/** A property that the event cannot be without. Throws SamResourceError. */
export function required({ name, properties, target }: SamEvent, property: string): Value {
  const value = properties[property];
  if (value !== undefined) return value;
  throw new SamResourceError(target.id, `Event with id [${name}] is invalid. Missing required property '${property}'.`);
}
