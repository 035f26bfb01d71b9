#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { runCli } from "#cli/cli";
import { EXIT } from "#cli/exit-codes";
import { STARTERS } from "./commands/starters.ts";

/**
 * The process. Three commands start something (`commands/`); all others are clients of the service's API
 * (`packages/cli`). A command imports only what it needs: Fastify, SQLite and the AWS SDK take longer to load than a
 * list takes to print.
 */

/** A reader that has seen enough (`| head`) is not an error. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT.done);
});

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
process.exitCode = await runCli(process.argv.slice(2), {
  version: manifest.version,
  io: process,
  starters: STARTERS,
});
