import { setTimeout as pause } from "node:timers/promises";
import { CliError, EXIT } from "./exit-codes.ts";

/** Where GitHub Actions gives a job its OIDC tokens, and the secret of the job that opens it. */
export interface TokenRequest {
  readonly url: string;
  readonly secret: string;
  /** Whom the tokens are for. */
  readonly audience: string;
}

/** Between attempts. */
const RETRY_PAUSES_MS = [500, 2_000];
const ANSWER_MS = 10_000;

/**
 * Returns a token whenever it is called, a fresh one once half the life of the last one is over: it has minutes to arrive.
 * Lives are measured by the token itself and a steady clock, so that the machine's time does not matter. Throws CliError
 * where GitHub gives none.
 */
export function pipelineTokens(request: TokenRequest): () => Promise<string> {
  let current: { readonly token: Promise<string>; until: number } | null = null;
  const fetchToken = () => {
    const fetched = { token: requestToken(request), until: Number.POSITIVE_INFINITY };
    current = fetched;
    fetched.token.then(
      (token) => {
        fetched.until = performance.now() + lifeOf(token) / 2;
      },
      () => {
        current = null;
      },
    );
    return fetched.token;
  };
  return () => (current && performance.now() < current.until ? current.token : fetchToken());
}

/** Milliseconds between its times of making and of expiry; 0 where it does not say them, so that it is used once. */
function lifeOf(token: string): number {
  try {
    const { iat, exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return (exp - iat) * 1_000 || 0;
  } catch {
    return 0;
  }
}

async function requestToken({ url, secret, audience }: TokenRequest): Promise<string> {
  if (!URL.canParse(url)) throw new CliError(EXIT.configuration, "ACTIONS_ID_TOKEN_REQUEST_URL is not an address.");
  const address = new URL(url);
  address.searchParams.set("audience", audience);
  let fault = "";
  for (const pauseMs of [...RETRY_PAUSES_MS, null]) {
    const answer = await ask(address, secret);
    if ("token" in answer) return answer.token;
    fault = answer.fault;
    if (pauseMs !== null) await pause(pauseMs);
  }
  throw new CliError(
    EXIT.configuration,
    `GitHub Actions gave the job no OIDC token: ${fault}.`,
    "Give the job `permissions: id-token: write`, or set STEPBACK_TOKEN.",
  );
}

async function ask(address: URL, secret: string): Promise<{ readonly token: string } | { readonly fault: string }> {
  try {
    const headers = { authorization: `bearer ${secret}`, accept: "application/json" };
    const answer = await fetch(address, { headers, redirect: "error", signal: AbortSignal.timeout(ANSWER_MS) });
    if (!answer.ok) return { fault: `it answered ${answer.status}` };
    const { value } = (await answer.json()) as { readonly value?: unknown };
    return typeof value === "string" && value !== "" ? { token: value } : { fault: "its answer has no token" };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}
