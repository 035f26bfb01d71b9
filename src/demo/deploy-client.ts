import { setTimeout as pause } from "node:timers/promises";
import type { Sandbox } from "#sandbox/sandbox";
import { CODE_BUCKET, codeObjects, STACK, TOOL, template, toolCode, type Version } from "./sample-service.ts";

/** Between two polls of something that is being updated; the sandbox takes a fraction of a second. */
const POLL_MS = 50;
const TOOL_ROLE = "arn:aws:iam::000000000000:role/shop-demo-tool";
const CAPABILITIES = ["CAPABILITY_IAM"];

/** Deploys a version of the sample service like a deploy tool: code to the bucket, then the stack, then the tool. */
export async function deployVersion(sandbox: Sandbox, version: Version): Promise<void> {
  await uploadCode(sandbox, version);
  const operation = version === "v1" ? "CreateStack" : "UpdateStack";
  const input = { StackName: STACK, TemplateBody: template(version), Capabilities: CAPABILITIES };
  await sandbox.service("cloudformation").call(operation, input, "wire");
  await waitForStack(sandbox);
  await (version === "v1" ? createTool(sandbox) : deleteTool(sandbox));
}

async function uploadCode(sandbox: Sandbox, version: Version): Promise<void> {
  const s3 = sandbox.service("s3");
  if (version === "v1") await s3.call("CreateBucket", { Bucket: CODE_BUCKET }, "wire");
  for (const [key, bytes] of codeObjects(version)) {
    await s3.call("PutObject", { Bucket: CODE_BUCKET, Key: key, Body: bytes }, "wire");
  }
}

/** Waits until the stack is idle. Throws where the deploy of the stack failed. */
async function waitForStack(sandbox: Sandbox): Promise<void> {
  for (;;) {
    const { Stacks } = await sandbox.service("cloudformation").call("DescribeStacks", { StackName: STACK }, "wire");
    const [stack] = Stacks as readonly { readonly StackStatus: string }[];
    const status = stack?.StackStatus ?? "gone";
    if (status === "CREATE_COMPLETE" || status === "UPDATE_COMPLETE") return;
    if (!status.endsWith("_IN_PROGRESS")) throw new Error(`The stack ${STACK} is ${status}.`);
    await pause(POLL_MS);
  }
}

async function createTool(sandbox: Sandbox): Promise<void> {
  const lambda = sandbox.service("lambda");
  const settings = { FunctionName: TOOL, Runtime: "nodejs22.x", Handler: "index.handler", Role: TOOL_ROLE };
  await lambda.call("CreateFunction", { ...settings, Code: { ZipFile: toolCode() } }, "wire");
  for (;;) {
    const { State } = await lambda.call("GetFunctionConfiguration", { FunctionName: TOOL }, "wire");
    if (State === "Active") return;
    await pause(POLL_MS);
  }
}

async function deleteTool(sandbox: Sandbox): Promise<void> {
  await sandbox.service("lambda").call("DeleteFunction", { FunctionName: TOOL }, "wire");
}
