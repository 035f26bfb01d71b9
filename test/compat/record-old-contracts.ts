/**
 * `node build/test/compat/record-old-contracts.js CHECKOUT FOLDER` writes the contracts of the built version in CHECKOUT:
 * its OpenAPI document and its commands.
 */
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { contractOf } from "./contract.ts";
import { catchProgram } from "./program.ts";

const [checkout = "", folder = ""] = process.argv.slice(2).map((path) => resolve(path));
const importOld = (path: string) => import(pathToFileURL(join(checkout, path)).href);

const write = (name: string, value: unknown) =>
  writeFile(join(folder, `${name}-0.1.0.json`), `${JSON.stringify(value, null, 2)}\n`);

const document = JSON.parse(await readFile(join(checkout, "openapi/openapi.json"), "utf8"));
await write("openapi", contractOf(document));

const { Command } = createRequire(join(checkout, "package.json"))("commander");
const program = await catchProgram(Command, () => importOld("dist/main.js"));
const { EXIT } = await importOld("dist/cli/exit-codes.js");
await write("cli", { exitCodes: EXIT, program });
