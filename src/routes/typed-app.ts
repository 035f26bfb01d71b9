import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";

/** The scope that a plugin of routes receives. Its handlers take their types from the schemas. */
export type TypedApp = Parameters<FastifyPluginAsyncTypebox>[0];
