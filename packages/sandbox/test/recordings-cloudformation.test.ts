import { existsSync } from "node:fs";
import t, { type Test } from "tap";
import { Stage } from "./cloudformation/stage.ts";
import { CHANGE_SET_REPLAYS, DELETION_POLICY_REPLAYS, IMPORT_REPLAYS } from "./replays/cloudformation/change-sets.ts";
import { NESTED_REPLAYS } from "./replays/cloudformation/nested.ts";
import { ORDER_REPLAYS } from "./replays/cloudformation/orders.ts";
import { POLICY_REPLAYS, UPDATE_REPLAYS, VALIDATION_REPLAYS } from "./replays/cloudformation/policies.ts";
import { differences, type Recording, readRecordings } from "./replays/cloudformation/recordings.ts";
import type { Replay } from "./replays/cloudformation/replay.ts";
import { LONG_STACK_REPLAYS, STACK_REPLAYS } from "./replays/cloudformation/stacks.ts";

/** Relative to the repository's root, where the tests run. */
const FOLDER = "../shared/aws-recordings";

/** The replays of each recorded file. */
const REPLAYS: Readonly<Record<string, Readonly<Record<string, Replay>>>> = {
  test_change_set_exports_imports: IMPORT_REPLAYS,
  test_changesets: CHANGE_SET_REPLAYS,
  test_deletion_policy: DELETION_POLICY_REPLAYS,
  test_nested_stacks: NESTED_REPLAYS,
  test_replacement: UPDATE_REPLAYS,
  test_stack_policies: POLICY_REPLAYS,
  test_stacks: { ...STACK_REPLAYS, ...LONG_STACK_REPLAYS, ...ORDER_REPLAYS },
  test_update_stack: UPDATE_REPLAYS,
  test_validations: VALIDATION_REPLAYS,
};

/** Recordings that contain no response of CloudFormation, or that cover something the sandbox does not model. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "test_changesets::test_template_rendering_with_list": "reads a rendered value back from another service",
  "test_changesets::TestUpdates::test_deleting_resource": "a response of SSM",
  "test_changesets::test_using_pseudoparameters_in_places[condition]": "recorded nothing",
  "test_deletion_policy::test_deletion_policy_with_deletion": "a response of SSM",
  "test_nested_stacks::test_nested_output_in_params": "responses of IAM",
  "test_stack_policies::TestStackPolicy::test_set_policy_with_update_operation":
    "recorded before the update's policy was in force",
  "test_stack_policies::TestStackPolicy::test_prevent_resource_deletion": "recorded nothing",
  "test_update_stack::test_no_parameters_error_update": "recorded nothing",
  "test_update_stack::test_update_with_previous_parameter_value": "a response of SNS",
  "test_update_stack::test_update_with_role_without_permissions": "any role can be assumed in the sandbox",
};

t.test("responds as AWS did in the recordings", async (t) => {
  if (!existsSync(FOLDER)) {
    t.pass("recordings", { skip: `they are not at ${FOLDER}` });
    return;
  }
  const recordings = readRecordings(FOLDER);
  let matched = 0;
  for (const recording of recordings) {
    const reason = LEFT_OUT[recording.name];
    if (reason !== undefined) t.pass(recording.name, { skip: `left out: ${reason}` });
    else if (await replayed(t, recording)) matched += 1;
  }
  t.comment(`${recordings.length} recordings: ${matched} matched, ${Object.keys(LEFT_OUT).length} left out`);
  t.equal(
    matched + Object.keys(LEFT_OUT).length,
    recordings.length,
    "every recording is matched or left out with a reason",
  );
});

async function replayed(t: Test, recording: Recording): Promise<boolean> {
  const colons = recording.name.indexOf("::");
  const replay = REPLAYS[recording.name.slice(0, colons)]?.[recording.name.slice(colons + 2)];
  if (!replay) return t.fail(`no replay: ${recording.name}`);
  const stage = new Stage();
  try {
    return t.same(differences(recording.content, await replay(stage)), [], `matched: ${recording.name}`);
  } catch (error) {
    return t.fail(`replay of ${recording.name} threw`, { error: String(error) });
  } finally {
    await stage.close();
  }
}
