import { type CallContext, createCall } from "../call.ts";
import type { LambdaService } from "../clients.ts";
import type { LambdaGateway } from "../gateways/lambda.ts";
import type { Staging } from "../objects/staging.ts";
import { createAliasWriters } from "./alias-writers.ts";
import { openCode } from "./code-download.ts";
import { createFacetReaders } from "./facet-readers.ts";
import { createFacetWriters } from "./facet-writers.ts";
import { createLambdaReaders, type LambdaCall } from "./function-readers.ts";
import { createSettling } from "./function-settling.ts";
import { createFunctionWriters } from "./function-writers.ts";
import { createLayerGateway } from "./layer-gateway.ts";
import { createProvisionedGateway } from "./provisioned-gateway.ts";
import { createTriggerGateway } from "./trigger-gateway.ts";

/** Lambda of one target, for one observer. */
export function createLambdaGateway(service: LambdaService, context: CallContext, staging: Staging): LambdaGateway {
  const call: LambdaCall = createCall(service, context);
  const readers = createLambdaReaders(call);
  const settling = createSettling(readers.getConfiguration, context);
  const parts = { call, settling, polling: context, staging };
  const facets = createFacetReaders(call);
  return {
    ...readers,
    awaitIdle: settling.awaitIdle,
    awaitSettled: settling.awaitSettled,
    ...createFunctionWriters(parts),
    ...createAliasWriters(call, readers.getAlias),
    ...facets,
    ...createFacetWriters(parts, facets),
    ...createTriggerGateway(call, context),
    ...createLayerGateway(call, staging),
    ...createProvisionedGateway(call, context),
    openCode: (code) => openCode(service, context, code),
  };
}
