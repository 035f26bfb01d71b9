import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import t, { type Test } from "tap";
import { EXIT } from "#cli/exit-codes";
import { ROOT } from "../support/root.ts";
import { type CommandContract, catchProgram } from "./program.ts";

const before: { exitCodes: object; program: CommandContract } = JSON.parse(
  await readFile(join(ROOT, "test/compat/cli-0.1.0.json"), "utf8"),
);

/** Checks that `now` has all of an earlier command. Further commands, choices and optional options may have come. */
function hasAllOf(t: Test, earlier: CommandContract, now: CommandContract | undefined, path: string): void {
  if (!now) return void t.fail(`${path} is gone`);
  const { options, commands, ...rest } = earlier;
  const { options: _options, commands: _commands, ...found } = now;
  t.same(found, rest, path);
  for (const option of options) {
    const same = now.options.find(({ flags }) => flags === option.flags);
    const choices = same?.choices?.filter((choice) => option.choices?.includes(choice)) ?? null;
    t.same(same && { ...same, choices }, option, `${path} ${option.flags}`);
  }
  const known = new Set(options.map(({ flags }) => flags));
  t.same(
    now.options.filter(({ flags, mandatory }) => mandatory && !known.has(flags)),
    [],
    `${path} has no new mandatory option`,
  );
  for (const command of commands)
    hasAllOf(
      t,
      command,
      now.commands.find(({ name }) => name === command.name),
      `${path} ${command.name}`,
    );
}

t.test("has every command of 0.1.0 with its arguments, options and defaults", async (t) => {
  const now = await catchProgram(Command, () => import("#src/main"));
  t.ok(before.program.commands.length > 10);
  hasAllOf(t, before.program, JSON.parse(JSON.stringify(now)), "stepback");
});

t.test("the exit codes of 0.1.0 mean what they meant", async (t) => {
  t.match(EXIT, before.exitCodes, "there may be more of them");
});
