import { ApiError } from "./errors.ts";
import { persistentFetch } from "./persistent-fetch.ts";
import { problemOf } from "./problem.ts";

/** A token that lives minutes, and the only deployment for which it is exchanged. */
export interface Exchange {
  /** The address of the service, without a trailing slash. */
  readonly url: string;
  readonly idToken: string;
  readonly deployment: string;
}

/** The token for one deployment that the service gives for the OIDC token of a pipeline (RFC 8693). Throws what a request throws. */
export async function exchangeToken({ url, idToken, deployment }: Exchange): Promise<string> {
  const body = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token: idToken,
    subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    resource: `${url}/v1/deployments/${deployment}`,
  });
  const answer = await persistentFetch(null)(new Request(`${url}/v1/tokens/exchange`, { method: "POST", body }));
  const text = await answer.text();
  if (!answer.ok) throw new ApiError(answer.status, problemOf(text, answer.status), answer.headers.get("x-request-id"));
  return (JSON.parse(text) as { readonly access_token: string }).access_token;
}
