import type { ResourceStage } from "./contract.ts";

/** How long CloudFormation takes for a resource, in milliseconds on the sandbox's clock, beyond what the sandbox needs anyway. */
export interface ResourcePace extends Readonly<Partial<Record<ResourceStage, number>>> {
  /** Until the first event, once everything that it depends on is there. */
  readonly start?: number;
  /** From the first event until the service is called. */
  readonly request?: number;
  /** From the call until CloudFormation knows the resource's id. */
  readonly answer?: number;
  /** From there until the resource is complete. */
  readonly settle?: number;
  /** From the first event of a deletion until it is complete. */
  readonly delete?: number;
}

/** What a test can slow down, so that it decides what is under way when something else happens. */
export interface Pace {
  /** From now on, for resources with this logical id in any stack. */
  slow(logicalId: string, pace: ResourcePace): void;
  /** How long what is under way goes on after a resource has failed, and what may still begin; 0 by default. */
  cancelAfter(ms: number): void;
  /** Everything takes its usual time again. */
  off(): void;
}

export class ResourcePaces implements Pace {
  readonly #paces = new Map<string, ResourcePace>();
  #cancelMs = 0;

  slow(logicalId: string, pace: ResourcePace): void {
    this.#paces.set(logicalId, pace);
  }

  cancelAfter(ms: number): void {
    this.#cancelMs = ms;
  }

  off(): void {
    this.#paces.clear();
    this.#cancelMs = 0;
  }

  msOf(logicalId: string, stage: ResourceStage): number {
    return this.#paces.get(logicalId)?.[stage] ?? 0;
  }

  get cancelMs(): number {
    return this.#cancelMs;
  }
}
