import type { Shape } from "#sandbox/core/contract";

/** What AWS does to calls: `calm`, or a fault that meets a share of them. */
export const WEATHERS = [
  "throttled",
  "failing",
  "failing after the effect",
  "reset before the effect",
  "reset after the effect",
  "slow, then reset before the effect",
  "slow, then reset after the effect",
  "cut answers",
  "expired credentials",
  "denied",
] as const;

export type Weather = (typeof WEATHERS)[number] | "calm";

/** Questions of the driver to the sandbox's process. Each is answered by one message with its number. */
export type Question =
  | { readonly ask: "call"; readonly service: string; readonly operation: string; readonly input: Shape }
  | { readonly ask: "weather"; readonly weather: Weather; readonly share: number }
  | { readonly ask: "mutations" };

export interface Mutation {
  readonly n: number;
  readonly at: number;
  readonly operation: string;
  readonly input: Shape;
  /** The operation took effect. */
  readonly performed: boolean;
  /** The response says so and was sent whole. */
  readonly readable: boolean;
}

export interface WeatherReport {
  /** Calls that a fault met since the start, by weather. */
  readonly met: Readonly<Record<string, number>>;
  readonly mutations: readonly Mutation[];
}

export interface Asked {
  readonly number: number;
  readonly question: Question;
}

export type Answered = { readonly number: number } & (
  | { readonly value: unknown }
  | { readonly error: { readonly name: string; readonly message: string } }
);
