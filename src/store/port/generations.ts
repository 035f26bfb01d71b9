import type { ServiceProcess } from "../../domain/service-process.ts";

/** One start of the service on the store. */
export interface Generation extends ServiceProcess {
  readonly number: number;
}

/**
 * The fence between services that have the same store. The latest one that took over may write; from that moment on every write
 * of an earlier one rejects with FENCED and changes nothing.
 */
export interface GenerationStore {
  /** Makes this process the one that may write. Returns the earlier ones that may still be at work, oldest first. */
  takeOver(by: ServiceProcess, at: number): Promise<readonly Generation[]>;
  /** FENCED when another service has taken over since. Resolves where nobody has taken over at all. */
  requireCurrent(): Promise<void>;
  /** Aborts when a write or a check finds that another service has taken over. */
  readonly fenced: AbortSignal;
  /** Of these generations, the ones that may still be at work. */
  stillAtWork(numbers: readonly number[]): Promise<readonly Generation[]>;
  /** Notes that these generations begin nothing any more. */
  endGenerations(numbers: readonly number[], at: number): Promise<void>;
  /** Notes the same of this process, also once it is fenced. Nothing where it never took over. */
  endOwnGeneration(at: number): Promise<void>;
}
