import { StringDecoder } from "node:string_decoder";
import { stripVTControlCharacters } from "node:util";
import { unwrapEmpty } from "#client/connect";
import { errorLines } from "./errors.ts";
import type { Session } from "./session.ts";
import type { Environment } from "./settings.ts";

/** The most that one request may carry; the API's limits. */
const LINES_PER_REQUEST = 200;
const MAX_LINE_CHARACTERS = 4_000;
/** A deploy prints some hundred lines. A command that prints without end must not fill the service's database. */
const MAX_LINES = 20_000;

/** Sends what a wrapped command prints to a rollback's log. */
interface OutputLog {
  take(stream: "stdout" | "stderr", bytes: Buffer): void;
  /** Resolves once everything was sent or given up. Never rejects: a log that cannot be written stops no command. */
  end(): Promise<void>;
}

/** Sends lines as they come, one request after the other; lines that arrive meanwhile wait for the next request. */
export function openOutputLog({ steadyApi, terminal }: Session, rollback: string): OutputLog {
  const mask = createMask(terminal.io.env);
  const waiting: string[] = [];
  let sending: Promise<void> | null = null;
  let taken = 0;
  let isGivenUp = false;

  const drain = async () => {
    while (waiting.length > 0 && !isGivenUp) {
      const body = { lines: waiting.splice(0, LINES_PER_REQUEST) };
      await unwrapEmpty(steadyApi.POST("/v1/rollbacks/{id}/output", { params: { path: { id: rollback } }, body }));
    }
  };
  const giveUp = (error: unknown) => {
    isGivenUp = true;
    terminal.note("The output could not be written to the log.", ...errorLines(error, terminal.paintNotes));
  };
  const add = (line: string) => {
    taken += 1;
    if (taken > MAX_LINES || isGivenUp) return;
    waiting.push(taken === MAX_LINES ? "Further output is not kept." : mask(line).slice(0, MAX_LINE_CHARACTERS));
    sending ??= drain()
      .catch(giveUp)
      .finally(() => {
        sending = null;
      });
  };
  const splitters = { stdout: createSplitter(add), stderr: createSplitter(add) };
  return {
    take: (stream, bytes) => splitters[stream].take(bytes),
    async end() {
      for (const splitter of Object.values(splitters)) splitter.end();
      while (sending) await sending;
    },
  };
}

/** Whole lines as a person sees them: without colours, and of a line that was overwritten only its last form. */
function createSplitter(add: (line: string) => void) {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const addVisible = (line: string) => {
    const visible = stripVTControlCharacters(line.trimEnd().split("\r").at(-1) ?? "").trimEnd();
    if (visible !== "") add(visible);
  };
  return {
    take(bytes: Buffer) {
      const lines = (rest + decoder.write(bytes)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) addVisible(line);
      // A command that never ends its line would otherwise be kept in memory whole.
      if (rest.length > MAX_LINE_CHARACTERS) {
        addVisible(rest);
        rest = "";
      }
    },
    end() {
      addVisible(rest + decoder.end());
      rest = "";
    },
  };
}

/** Names of variables that hold a secret, in every ecosystem that a deploy runs in. */
const SECRET_NAMES = /SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY/i;
/** Shorter values occur in ordinary words too. */
const MIN_SECRET_CHARACTERS = 8;

/**
 * Replaces the value of each environment variable whose name announces a secret by that name, before anything leaves this
 * machine. Secrets that the command reads from elsewhere cannot be known here.
 */
export function createMask(env: Environment): (line: string) => string {
  const secrets = Object.entries(env)
    .flatMap(([name, value = ""]) =>
      SECRET_NAMES.test(name) && value.length >= MIN_SECRET_CHARACTERS ? [{ name, value }] : [],
    )
    // Longest first: a value may begin with another one.
    .sort((one, other) => other.value.length - one.value.length);
  return (line) => secrets.reduce((text, { name, value }) => text.replaceAll(value, `[${name}]`), line);
}
