import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServiceAccess } from "#client/connect";
import { exchangeToken } from "#client/exchange";
import { CliError, EXIT } from "./exit-codes.ts";
import { pipelineTokens } from "./pipeline-token.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_URL = "http://127.0.0.1:8700";
const DEFAULT_DATA_DIR = "./data";
/** Where `serve` writes its first token, within the data folder. */
const TOKEN_FILE = "admin-token";
const LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"];

/** The service with the login of this command. */
export interface CommandAccess extends ServiceAccess {
  /**
   * Exchanges a token that cannot be fetched again for one that lasts as long as the deployment, for all later calls. Does
   * nothing with any other login. Throws what a request throws.
   */
  readonly bindTo: (deployment: string) => Promise<void>;
}

/** The service's address and the token for it. Throws CliError where the environment does not tell them. */
export async function readServiceAccess(env: Environment): Promise<CommandAccess> {
  const url = parseServiceUrl(env["STEPBACK_URL"] || DEFAULT_URL);
  const address = url.href.replace(/\/$/, "");
  const [token, idToken] = [env["STEPBACK_TOKEN"]?.trim(), env["STEPBACK_ID_TOKEN"]?.trim()];
  if (!token && idToken) return exchanging(address, idToken);
  const own = token || jobTokens(address, env) || (await readLocalAdminToken(url, env));
  return { url: address, token: own, bindTo: async () => {} };
}

/** A job of GitLab CI gets one token at its start, which lives minutes. */
function exchanging(url: string, idToken: string): CommandAccess {
  let current = idToken;
  return {
    url,
    token: async () => current,
    bindTo: async (deployment) => {
      current = await exchangeToken({ url, idToken, deployment });
    },
  };
}

/** The OIDC tokens of a job of GitHub Actions that may have some; null elsewhere. */
function jobTokens(address: string, env: Environment): (() => Promise<string>) | null {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret } = env;
  if (!url || !secret) return null;
  return pipelineTokens({ url, secret, audience: env["STEPBACK_OIDC_AUDIENCE"]?.trim() || address });
}

function parseServiceUrl(text: string): URL {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new CliError(EXIT.configuration, "STEPBACK_URL is not an http or https address.");
  }
  return new URL(text);
}

/** The admin token of a service on this machine. It is sent to this machine only, never to another host. */
async function readLocalAdminToken(url: URL, env: Environment): Promise<string> {
  if (!LOOPBACK_HOSTS.includes(url.hostname)) {
    throw new CliError(EXIT.configuration, "STEPBACK_TOKEN is not set.", "Set it to a token of that service.");
  }
  const file = join(env["STEPBACK_DATA_DIR"] || DEFAULT_DATA_DIR, TOKEN_FILE);
  const token = await readFile(file, "utf8").catch(() => "");
  if (token.trim()) return token.trim();
  throw new CliError(
    EXIT.configuration,
    `STEPBACK_TOKEN is not set, and there is no token in ${file}.`,
    "Set STEPBACK_TOKEN, or set STEPBACK_DATA_DIR to the service's data folder.",
  );
}
