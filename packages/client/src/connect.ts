import createClient, { type Client } from "openapi-fetch";
import type { paths } from "./api-types.ts";
import { ApiError, UnreadableAnswerError } from "./errors.ts";
import { persistentFetch } from "./persistent-fetch.ts";
import { problemOf } from "./problem.ts";

export type Api = Client<paths>;

/** Where the service is and whose token it is shown. */
export interface ServiceAccess {
  /** Without a trailing slash. */
  readonly url: string;
  /** The token, or what returns one for each call: a pipeline's lives minutes. */
  readonly token: string | (() => Promise<string>);
}

/** A client of the service. Once `signal` aborts, every request rejects with the signal's reason. */
export function connect({ url, token }: ServiceAccess, signal: AbortSignal | null = null): Api {
  const send = persistentFetch(signal);
  return createClient<paths>({
    baseUrl: url,
    fetch: async (request) => {
      request.headers.set("authorization", await bearerOf(token));
      return send(request);
    },
  });
}

/** The `Authorization` header of one call. */
export async function bearerOf(token: ServiceAccess["token"]): Promise<string> {
  return `Bearer ${typeof token === "string" ? token : await token()}`;
}

interface Answer {
  readonly error?: unknown;
  readonly response: Response;
}

/** The body of a successful answer. Throws ApiError for an error answer, UnreadableAnswerError for one that is not JSON. */
export async function unwrap<Body>(call: Promise<Answer & { data?: Body }>): Promise<Body> {
  const answer = await call.catch(rethrowUnreadable);
  if (answer.response.ok && answer.data !== undefined) return answer.data;
  throw apiErrorOf(answer);
}

/** The same for an operation that returns no body (204). */
export async function unwrapEmpty(call: Promise<Answer>): Promise<void> {
  const answer = await call;
  if (!answer.response.ok) throw apiErrorOf(answer);
}

function apiErrorOf({ error, response }: Answer): ApiError {
  return new ApiError(response.status, problemOf(error, response.status), response.headers.get("x-request-id"));
}

function rethrowUnreadable(error: unknown): never {
  throw error instanceof SyntaxError ? new UnreadableAnswerError() : error;
}
