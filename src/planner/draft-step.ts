import type { PlanStep } from "../domain/plan/plan.ts";

/** A step before it has its place among the others. */
export type DraftStep = Omit<PlanStep, "order" | "wave" | "position" | "after" | "bridges">;
