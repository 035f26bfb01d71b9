import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServiceAccess } from "#client/connect";
import { CliError, EXIT } from "./exit-codes.ts";
import { pipelineTokens } from "./pipeline-token.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_URL = "http://127.0.0.1:8700";
const DEFAULT_DATA_DIR = "./data";
/** Where `serve` writes its first token, within the data folder. */
const TOKEN_FILE = "admin-token";
const LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"];

/** The service's address and the token for it. Throws CliError where the environment does not tell them. */
export async function readServiceAccess(env: Environment): Promise<ServiceAccess> {
  const url = parseServiceUrl(env["STEPBACK_URL"] || DEFAULT_URL);
  const address = url.href.replace(/\/$/, "");
  const token = env["STEPBACK_TOKEN"]?.trim() || jobTokens(address, env) || (await readLocalAdminToken(url, env));
  return { url: address, token };
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
