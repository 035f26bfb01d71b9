import { existsSync, readFileSync } from "node:fs";
import t, { type Test } from "tap";
import { Stage } from "./cloudformation/stage.ts";
import { CHANGE_SET_REPLAYS, DELETION_POLICY_REPLAYS, IMPORT_REPLAYS } from "./replays/cloudformation/change-sets.ts";
import { ENGINE_CONDITION_REPLAYS, MISSING_CONDITION_REPLAYS } from "./replays/cloudformation/conditions.ts";
import { NESTED_REPLAYS } from "./replays/cloudformation/nested.ts";
import { ORDER_REPLAYS } from "./replays/cloudformation/orders.ts";
import { POLICY_REPLAYS, UPDATE_REPLAYS, VALIDATION_REPLAYS } from "./replays/cloudformation/policies.ts";
import {
  CONDITION_REPLAYS,
  DEPENDS_ON_REPLAYS,
  REF_REPLAYS,
  SUB_REPLAYS,
  VALUE_REPLAYS,
} from "./replays/cloudformation/processes.ts";
import { differences, type Recording, readRecordings } from "./replays/cloudformation/recordings.ts";
import type { Replay } from "./replays/cloudformation/replay.ts";
import { LONG_STACK_REPLAYS, STACK_REPLAYS } from "./replays/cloudformation/stacks.ts";

/** Both rounds of recordings, relative to the repository's root, where the tests run. */
const FOLDERS = ["../shared/aws-recordings", "../shared/aws-recordings-2"];

/** The replays of each recorded file. */
const REPLAYS: Readonly<Record<string, Readonly<Record<string, Replay>>>> = {
  test_change_set_exports_imports: IMPORT_REPLAYS,
  test_change_set_conditions: { ...CONDITION_REPLAYS, ...MISSING_CONDITION_REPLAYS },
  test_change_set_depends_on: DEPENDS_ON_REPLAYS,
  test_change_set_fn_sub: SUB_REPLAYS,
  test_change_set_ref: REF_REPLAYS,
  test_change_set_values: VALUE_REPLAYS,
  test_changesets: CHANGE_SET_REPLAYS,
  test_conditions: ENGINE_CONDITION_REPLAYS,
  test_deletion_policy: DELETION_POLICY_REPLAYS,
  test_nested_stacks: NESTED_REPLAYS,
  test_replacement: UPDATE_REPLAYS,
  test_stack_policies: POLICY_REPLAYS,
  test_stacks: { ...STACK_REPLAYS, ...LONG_STACK_REPLAYS, ...ORDER_REPLAYS },
  test_update_stack: UPDATE_REPLAYS,
  test_validations: VALIDATION_REPLAYS,
};

/** Recordings without an answer of CloudFormation that can be repeated, each with what AWS lacks for it. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "test_changesets::test_template_rendering_with_list": "the answer is an object's that another service stored",
  "test_changesets::test_using_pseudoparameters_in_places[condition]": "AWS answered nothing that was recorded",
  "test_nested_stacks::test_nested_output_in_params": "the answers are IAM's",
  "test_stack_policies::TestStackPolicy::test_set_policy_with_update_operation":
    "AWS was asked before the update's policy was in force",
  "test_stack_policies::TestStackPolicy::test_prevent_resource_deletion": "AWS answered nothing that was recorded",
  "test_update_stack::test_no_parameters_error_update": "AWS answered nothing that was recorded",
  "test_update_stack::test_update_with_previous_parameter_value": "the answer is SNS's",
};

/** How many answers of a file were compared, and how many of them were equal. */
interface Count {
  recordings: number;
  leftOut: number;
  compared: number;
  equal: number;
}

t.test("responds as AWS did in the recordings", async (t) => {
  const missing = FOLDERS.filter((folder) => !existsSync(folder));
  if (missing.length > 0) {
    t.pass("recordings", { skip: `they are not at ${missing.join(" and ")}` });
    return;
  }
  const counts = new Map<string, Count>();
  for (const recording of FOLDERS.flatMap(readRecordings)) {
    const count = counts.get(fileOf(recording)) ?? { recordings: 0, leftOut: 0, compared: 0, equal: 0 };
    counts.set(fileOf(recording), count);
    count.recordings += 1;
    if (recording.name in LEFT_OUT) count.leftOut += 1;
    else await compareAnswers(t, recording, count);
  }
  const table = tableOf(counts);
  for (const row of table) t.comment(row);
  const written = readFileSync("packages/sandbox/BEHAVIOUR.md", "utf8");
  t.same(
    table.filter((row) => !written.includes(row)),
    [],
    "BEHAVIOUR.md has these counts",
  );
  for (const [name, reason] of Object.entries(LEFT_OUT)) t.comment(`left out: ${name}: ${reason}`);
});

function fileOf({ name }: Recording): string {
  return name.slice(0, name.indexOf("::"));
}

/** One answer is one key of a recording; every key is compared, also those that the replay did not return. */
async function compareAnswers(t: Test, recording: Recording, count: Count): Promise<void> {
  const replay = REPLAYS[fileOf(recording)]?.[recording.name.slice(fileOf(recording).length + 2)];
  if (!replay) return void t.fail(`no replay: ${recording.name}`);
  const stage = new Stage();
  try {
    const found = differences(recording.content, await replay(stage));
    const keys = Object.keys(recording.content);
    count.compared += keys.length;
    count.equal += keys.filter((key) => !found.some((line) => line.startsWith(`/${key}`))).length;
    t.same(found, [], `equal: ${recording.name}`);
  } catch (error) {
    t.fail(`replay of ${recording.name} threw`, { error: String(error) });
  } finally {
    await stage.close();
  }
}

function tableOf(counts: ReadonlyMap<string, Count>): string[] {
  const row = (name: string, { recordings, leftOut, compared, equal }: Count) =>
    `| ${name} | ${recordings} | ${leftOut} | ${compared} | ${equal} |`;
  const sum = (member: keyof Count) => [...counts.values()].reduce((total, count) => total + count[member], 0);
  const total = {
    recordings: sum("recordings"),
    leftOut: sum("leftOut"),
    compared: sum("compared"),
    equal: sum("equal"),
  };
  return [...[...counts].sort().map(([file, count]) => row(`\`${file}\``, count)), row("all", total)];
}
