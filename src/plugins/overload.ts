import { getHeapStatistics } from "node:v8";
import underPressure from "@fastify/under-pressure";
import type { FastifyInstance } from "fastify";
import { StepbackError } from "../domain/errors.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether it begins work that can wait until the service is less busy. */
    canWait?: boolean;
  }
}

/** The part of the heap above which the collector of garbage takes most of the time, and the process may end soon. */
const MOST_HEAP = 0.9;

/** Measures whether the process is overloaded: its event loop is late by more than this on average of a second, or its heap is full. */
export async function measureLoad(app: FastifyInstance, mostDelayMs: number): Promise<() => boolean> {
  const mostHeap = MOST_HEAP * getHeapStatistics().heap_size_limit;
  // What is refused is decided below, by route.
  await app.register(underPressure, { maxEventLoopDelay: mostDelayMs, pressureHandler: () => {} });
  return () => {
    const { eventLoopDelay, heapUsed } = app.memoryUsage();
    // The plugin says Infinity of a second in which nothing was measured, as after the machine stood still: that is no overload.
    return (Number.isFinite(eventLoopDelay) && eventLoopDelay > mostDelayMs) || heapUsed > mostHeap;
  };
}

/**
 * While the service is overloaded, refuses what can wait: OVERLOADED. Everything else is taken, so that people see, report,
 * cancel and roll back also then. Comes first, because a login costs a read.
 */
export function addOverloadGuard(app: FastifyInstance, isOverloaded: () => boolean): void {
  app.addHook("onRequest", async ({ routeOptions }) => {
    if (routeOptions.config.canWait && isOverloaded())
      throw new StepbackError("OVERLOADED", "The service is overloaded at the moment.");
  });
}
