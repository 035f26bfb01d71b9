import {
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
} from "@aws-sdk/client-cloudformation";
import { deleted, eventsPerResource, type Replay, ssmParameter } from "./replay.ts";

const CHAIN = {
  Dummy: ssmParameter("dummy"),
  A: ssmParameter("root"),
  B: ssmParameter({ Ref: "A" }),
  C: ssmParameter({ Ref: "B" }),
};

function deployOrder(order: readonly ("A" | "B" | "C")[]): Replay {
  return async (stage) => {
    const template = { Resources: Object.fromEntries(order.map((id) => [id, CHAIN[id]])) };
    const { StackId = "" } = await stage.deploy("stack", template);
    await deleted(stage, StackId);
    const events = await stage.events(StackId);
    const wanted: readonly string[] = order;
    return {
      events: events.filter(
        ({ LogicalResourceId, ResourceStatus }) =>
          wanted.includes(LogicalResourceId ?? "") && ResourceStatus?.endsWith("_COMPLETE"),
      ),
    };
  };
}

/** Deploys by change sets, first with and then without the dropped resources, and deletes the stack. */
function deletionOrder(drop: readonly string[]): Replay {
  return async (stage) => {
    const all = { ...CHAIN, A: { ...CHAIN.A, DependsOn: ["Dummy"] } };
    const fewer = Object.fromEntries(Object.entries(all).filter(([id]) => !drop.includes(id)));
    const answers: Record<string, unknown> = {};
    let StackId = "";
    for (const [n, Resources] of [all, fewer].entries()) {
      const created = await stage.client.send(
        new CreateChangeSetCommand({
          StackName: "stack",
          ChangeSetName: "change-set",
          ChangeSetType: n === 0 ? "CREATE" : "UPDATE",
          TemplateBody: JSON.stringify({ Resources }),
        }),
      );
      StackId = created.StackId ?? "";
      const describe = (IncludePropertyValues: boolean) =>
        stage.client.send(new DescribeChangeSetCommand({ ChangeSetName: created.Id, IncludePropertyValues }));
      await stage.until(
        () => describe(false),
        ({ Status }) => Status === "CREATE_COMPLETE",
      );
      answers[`create-change-set-${n + 1}`] = created;
      answers[`describe-change-set-${n + 1}-prop-values`] = await describe(true);
      answers[`describe-change-set-${n + 1}`] = await describe(false);
      answers[`execute-change-set-${n + 1}`] = await stage.client.send(
        new ExecuteChangeSetCommand({ ChangeSetName: created.Id }),
      );
      answers[`post-create-${n + 1}-describe`] = await stage.settled(StackId);
    }
    await deleted(stage, StackId);
    const events = (await stage.events(StackId)).map((event) => [event.LogicalResourceId, event.ResourceStatus]);
    const story = events.filter(
      ([, status], index) => !status?.includes("CLEANUP") && String(events[index]) !== String(events[index - 1]),
    );
    return {
      ...answers,
      "delete-describe": await stage.describe(StackId),
      "per-resource-events": await eventsPerResource(stage, StackId),
      "all-events": story,
    };
  };
}

/** Recordings of test_stacks that show in which order resources are created and deleted. */
export const ORDER_REPLAYS: Readonly<Record<string, Replay>> = {
  "test_stack_deploy_order[A-B-C]": deployOrder(["A", "B", "C"]),
  "test_stack_deploy_order[A-C-B]": deployOrder(["A", "C", "B"]),
  "test_stack_deploy_order[B-A-C]": deployOrder(["B", "A", "C"]),
  "test_stack_deploy_order[B-C-A]": deployOrder(["B", "C", "A"]),
  "test_stack_deploy_order[C-A-B]": deployOrder(["C", "A", "B"]),
  "test_stack_deploy_order[C-B-A]": deployOrder(["C", "B", "A"]),
  "test_stack_deletion_order[C]": deletionOrder(["C"]),
  "test_stack_deletion_order[B-C]": deletionOrder(["B", "C"]),
  "test_stack_deletion_order[A-B-C]": deletionOrder(["A", "B", "C"]),
};
