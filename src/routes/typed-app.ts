import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";

/** The scope that a plugin of routes is given: its handlers' types come from their schemas. */
export type TypedApp = Parameters<FastifyPluginAsyncTypebox>[0];
