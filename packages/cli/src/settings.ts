import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CliError, EXIT } from "./exit-codes.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ClientSettings {
  /** Without a trailing slash. */
  readonly url: string;
  readonly token: string;
}

const DEFAULT_URL = "http://127.0.0.1:8700";
const DEFAULT_DATA_DIR = "./data";
/** Where `serve` leaves its first token, within the data folder. */
const TOKEN_FILE = "admin-token";
const LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"];

/** Where the service is and who asks. Throws CliError where that cannot be known. */
export async function readClientSettings(env: Environment): Promise<ClientSettings> {
  const url = serviceUrl(env["STEPBACK_URL"] || DEFAULT_URL);
  const token = env["STEPBACK_TOKEN"]?.trim() || (await localAdminToken(url, env));
  return { url: url.href.replace(/\/$/, ""), token };
}

function serviceUrl(text: string): URL {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new CliError(EXIT.configuration, "STEPBACK_URL is no http or https address.");
  }
  return new URL(text);
}

/** The admin token of a service on this machine. It never leaves the machine: another host gets no token from here. */
async function localAdminToken(url: URL, env: Environment): Promise<string> {
  if (!LOOPBACK_HOSTS.includes(url.hostname)) {
    throw new CliError(EXIT.configuration, "STEPBACK_TOKEN is not set.", "Set it to a token of that service.");
  }
  const file = join(env["STEPBACK_DATA_DIR"] || DEFAULT_DATA_DIR, TOKEN_FILE);
  const token = await readFile(file, "utf8").catch(() => "");
  if (token.trim()) return token.trim();
  throw new CliError(
    EXIT.configuration,
    `STEPBACK_TOKEN is not set, and there is no token in ${file}.`,
    "Set STEPBACK_TOKEN, or run this beside the service's data folder (STEPBACK_DATA_DIR).",
  );
}
