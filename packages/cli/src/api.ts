import createClient, { type Client } from "openapi-fetch";
import type { components, operations, paths } from "#client/api-types";
import { CliError, EXIT } from "./exit-codes.ts";
import { persistentFetch } from "./persistent-fetch.ts";
import { ApiError, problemOf } from "./problem.ts";
import type { ClientSettings } from "./settings.ts";

export type Api = Client<paths>;

type Schemas = components["schemas"];
export type Activity = Schemas["Activity"];
export type Deployment = Schemas["Deployment"];
export type Altered = Schemas["AlteredComponent"];
export type Rollback = Schemas["Rollback"];
export type Plan = Schemas["Plan"];
export type PlanStep = Schemas["PlanStep"];
export type RollbackRow = Schemas["RollbackComponent"];
export type LogLine = Schemas["LogLine"];
export type Change = Schemas["Change"];
export type Build = Schemas["Build"];
export type StoredPackage = Schemas["Package"];
export type HistoryEntry = Schemas["HistoryEntry"];
export type Pin = Schemas["Pin"];
export type Policy = Schemas["StagePolicy"];
export type PolicyRequest = NonNullable<operations["putStagePolicy"]["requestBody"]>["content"]["application/json"];
export type Revalidation = Schemas["Revalidation"];
export type SnapshotComponent = Schemas["SnapshotComponent"];

/** The longest that one request may wait for a job, in seconds; the contract's limit. */
export const LONGEST_WAIT_SECONDS = 60;

/** A client of the service. Once `signal` aborts, every request of it ends with the signal's reason. */
export function connect(settings: ClientSettings, signal: AbortSignal | null = null): Api {
  return createClient<paths>({
    baseUrl: settings.url,
    headers: { authorization: `Bearer ${settings.token}` },
    fetch: persistentFetch(signal),
  });
}

/** The body of a good answer. Throws ApiError for an error answer, CliError for one that is no answer of the API. */
export async function answered<Body>(
  call: Promise<{ data?: Body; error?: unknown; response: Response }>,
): Promise<Body> {
  const { data, error, response } = await call.catch(rethrowUnreadable);
  if (response.ok && data !== undefined) return data;
  throw new ApiError(response.status, problemOf(error, response.status), response.headers.get("x-request-id"));
}

/** The same for an operation that answers nothing (204). */
export async function done(call: Promise<{ error?: unknown; response: Response }>): Promise<void> {
  const { error, response } = await call;
  if (response.ok) return;
  throw new ApiError(response.status, problemOf(error, response.status), response.headers.get("x-request-id"));
}

function rethrowUnreadable(error: unknown): never {
  if (!(error instanceof SyntaxError)) throw error;
  throw new CliError(
    EXIT.service,
    "The answer is not JSON.",
    "Is STEPBACK_URL the address of a Stepback service, or of something in front of it?",
  );
}
