import type { KindName } from "../domain/component.ts";
import type { Kind } from "./kind.ts";
import { lambdaAlias } from "./lambda-alias.ts";
import { lambdaCode } from "./lambda-code.ts";
import { lambdaConfig } from "./lambda-config.ts";
import { lambdaTrigger } from "./lambda-trigger.ts";
import { stack } from "./stack.ts";

/** The only list of the kinds. */
export const KINDS: Readonly<Record<KindName, Kind>> = {
  stack,
  "lambda-config": lambdaConfig,
  "lambda-code": lambdaCode,
  "lambda-alias": lambdaAlias,
  "lambda-trigger": lambdaTrigger,
};
