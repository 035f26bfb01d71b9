import type { KindName } from "../domain/component/component.ts";
import type { Kind } from "./kind.ts";
import { lambdaAlias } from "./lambda-alias.ts";
import { lambdaAsync } from "./lambda-async.ts";
import { lambdaCode } from "./lambda-code.ts";
import { lambdaConcurrency } from "./lambda-concurrency.ts";
import { lambdaConfig } from "./lambda-config.ts";
import { lambdaPolicy } from "./lambda-policy.ts";
import { lambdaRuntime } from "./lambda-runtime.ts";
import { lambdaTags } from "./lambda-tags.ts";
import { lambdaTrigger } from "./lambda-trigger.ts";
import { lambdaUrl } from "./lambda-url.ts";
import { stack } from "./stack.ts";
import { stackResource } from "./stack-resource.ts";

/** The only list of the kinds. */
export const KINDS: Readonly<Record<KindName, Kind>> = {
  stack,
  "stack-resource": stackResource,
  "lambda-config": lambdaConfig,
  "lambda-code": lambdaCode,
  "lambda-runtime": lambdaRuntime,
  "lambda-alias": lambdaAlias,
  "lambda-async": lambdaAsync,
  "lambda-policy": lambdaPolicy,
  "lambda-url": lambdaUrl,
  "lambda-concurrency": lambdaConcurrency,
  "lambda-tags": lambdaTags,
  "lambda-trigger": lambdaTrigger,
};
