import { createHash } from "node:crypto";
import { invalidParameter } from "./errors.ts";

export const ARCHITECTURES: readonly string[] = ["x86_64", "arm64"];

/** In the order in which AWS lists them when it rejects another runtime (recorded in November 2025). */
export const RUNTIMES = [
  "nodejs20.x",
  "python3.14",
  "provided.al2023",
  "python3.12",
  "python3.13",
  "nodejs24.x",
  "nodejs22.x",
  "java25",
  "python3.10",
  "python3.11",
  "java21",
  "ruby3.3",
  "ruby3.4",
  "ruby3.2",
  "python3.8",
  "python3.9",
  "java17",
  "nodejs16.x",
  "dotnet10",
  "dotnet8",
  "java11",
  "dotnet6",
  "nodejs18.x",
  "provided.al2",
  "java8.al2",
] as const;

/** Runtimes that AWS once had and accepts neither for new functions nor for updates. */
const RETIRED: ReadonlySet<string> = new Set([
  "dotnetcore1.0",
  "dotnetcore2.0",
  "dotnetcore2.1",
  "dotnetcore3.1",
  "go1.x",
  "java8",
  "nodejs",
  "nodejs4.3",
  "nodejs4.3-edge",
  "nodejs6.10",
  "nodejs8.10",
  "nodejs10.x",
  "nodejs12.x",
  "nodejs14.x",
  "provided",
  "python2.7",
  "python3.6",
  "python3.7",
  "ruby2.5",
  "ruby2.7",
]);

/** Throws InvalidParameterValueException for a runtime that AWS does not accept, or no longer accepts. */
export function requireRuntime(runtime: string): void {
  if (RETIRED.has(runtime)) {
    throw invalidParameter(
      `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
    );
  }
  if (RUNTIMES.some((known) => known === runtime)) return;
  throw invalidParameter(
    `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${RUNTIMES.join(", ")}] or be a valid ARN`,
  );
}

/** Layers may still declare runtimes that functions can no longer use. */
export function isRuntime(runtime: string): boolean {
  return RETIRED.has(runtime) || RUNTIMES.some((known) => known === runtime);
}

/** The runtime's version ARN: one for each runtime, and always the same. */
export function runtimeVersionArn(region: string, runtime: string): string {
  return `arn:aws:lambda:${region}::runtime:${createHash("sha256").update(runtime).digest("hex")}`;
}
