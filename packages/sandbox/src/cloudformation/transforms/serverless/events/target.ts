import type { Value, ValueMap } from "../../../template/value.ts";
import { generated, getAtt, ref, SamResourceError } from "../sam-template.ts";
import type { EventTarget, SamEvent } from "./event.ts";

/** The ARN of what the event invokes. */
export function targetArn({ id, aliasId }: EventTarget): ValueMap {
  return aliasId === null ? getAtt(id, "Arn") : ref(aliasId);
}

/** What the event invokes, as the text of a Sub refers to it. */
export function targetInSub({ id, aliasId }: EventTarget): string {
  return aliasId ?? `${id}.Arn`;
}

/** The permission that lets a service invoke the function; `from` restricts it to a source. */
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

/** A property that the event requires. Throws SamResourceError. */
export function required({ name, properties, target }: SamEvent, property: string): Value {
  const value = properties[property];
  if (value !== undefined) return value;
  throw new SamResourceError(target.id, `Event with id [${name}] is invalid. Missing required property '${property}'.`);
}
