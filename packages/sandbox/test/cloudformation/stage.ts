import {
  CloudFormationClient,
  type CloudFormationServiceException,
  CreateChangeSetCommand,
  type CreateChangeSetInput,
  CreateStackCommand,
  type CreateStackInput,
  DescribeChangeSetCommand,
  type DescribeChangeSetOutput,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  type Stack,
  type StackEvent,
  UpdateStackCommand,
  type UpdateStackInput,
} from "@aws-sdk/client-cloudformation";
import { createSandbox, type Sandbox } from "#sandbox/sandbox";
import { ManualClock } from "../manual-clock.ts";

/** Polls of one wait before the test fails because nothing happens any more. */
const MAX_POLLS = 2000;

/** The capabilities that `aws cloudformation deploy` and other deploy tools send. */
export const ALL_CAPABILITIES = ["CAPABILITY_AUTO_EXPAND", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"] as const;

/** A fresh account on a manual clock, reached by the real SDK, with the waits that tests of stacks need. */
export class Stage {
  readonly clock = new ManualClock();
  readonly sandbox: Sandbox = createSandbox({ clock: this.clock });
  readonly client = new CloudFormationClient({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    requestHandler: this.sandbox.requestHandler(),
    maxAttempts: 1,
  });

  async close(): Promise<void> {
    this.client.destroy();
    await this.sandbox.close();
  }

  /** Calls a service of the account without its wire protocol. */
  async call(service: string, operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    return await this.sandbox.service(service).call(operation, input, "wire");
  }

  async describe(name: string): Promise<Stack> {
    const { Stacks } = await this.client.send(new DescribeStacksCommand({ StackName: name }));
    const stack = Stacks?.[0];
    if (!stack) throw new Error(`no stack ${name}`);
    return stack;
  }

  /** Lets everything that is under way end and returns the stack. */
  async settled(name: string): Promise<Stack> {
    await this.clock.runOut();
    return await this.describe(name);
  }

  /** Reads until the value is good, advancing the clock to the next wake-up each time. */
  async until<T>(read: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
    for (let polls = 0; polls < MAX_POLLS; polls += 1) {
      const value = await read();
      if (good(value)) return value;
      await this.clock.step();
    }
    throw new Error("waited too long");
  }

  async create(name: string, template: string | object, input: Partial<CreateStackInput> = {}): Promise<Stack> {
    const { StackId } = await this.client.send(
      new CreateStackCommand({
        StackName: name,
        TemplateBody: bodyOf(template),
        Capabilities: [...ALL_CAPABILITIES],
        ...input,
      }),
    );
    return await this.settled(StackId ?? name);
  }

  async update(name: string, template: string | object, input: Partial<UpdateStackInput> = {}): Promise<Stack> {
    await this.client.send(
      new UpdateStackCommand({
        StackName: name,
        TemplateBody: bodyOf(template),
        Capabilities: [...ALL_CAPABILITIES],
        ...input,
      }),
    );
    return await this.settled(name);
  }

  /** Creates a change set and waits until it has been computed. */
  async changeSet(
    input: Omit<CreateChangeSetInput, "TemplateBody"> & { template: string | object },
    options: { values?: boolean } = {},
  ): Promise<DescribeChangeSetOutput> {
    const { template, ...rest } = input;
    const { Id } = await this.client.send(new CreateChangeSetCommand({ ...rest, TemplateBody: bodyOf(template) }));
    const describe = new DescribeChangeSetCommand({ ChangeSetName: Id, IncludePropertyValues: options.values });
    return await this.until(
      () => this.client.send(describe),
      ({ Status }) => Status === "CREATE_COMPLETE" || Status === "FAILED",
    );
  }

  /** Deploys like `aws cloudformation deploy`: by a change set that creates or updates the stack. */
  async deploy(name: string, template: string | object, input: Partial<CreateChangeSetInput> = {}): Promise<Stack> {
    const known = await this.describe(name).catch(() => undefined);
    const set = await this.changeSet({
      StackName: name,
      ChangeSetType: known === undefined || known.StackStatus === "REVIEW_IN_PROGRESS" ? "CREATE" : "UPDATE",
      ChangeSetName: `deploy-${deployments++}`,
      Capabilities: [...ALL_CAPABILITIES],
      template,
      ...input,
    });
    if (set.Status === "FAILED") throw new Error(set.StatusReason);
    await this.client.send(new ExecuteChangeSetCommand({ ChangeSetName: set.ChangeSetId }));
    return await this.settled(set.StackId ?? name);
  }

  /** Oldest first. */
  async events(name: string): Promise<StackEvent[]> {
    const events: StackEvent[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.client.send(new DescribeStackEventsCommand({ StackName: name, NextToken }));
      events.push(...(page.StackEvents ?? []));
      NextToken = page.NextToken;
    } while (NextToken);
    return events.reverse();
  }

  /** `LogicalId STATUS` of every event, oldest first. */
  async story(name: string): Promise<string[]> {
    return (await this.events(name)).map(
      ({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`,
    );
  }
}

let deployments = 1;

export function bodyOf(template: string | object): string {
  return typeof template === "string" ? template : JSON.stringify(template);
}

/** The error that a call fails with. Throws if the call succeeds. */
export async function refusal(call: Promise<unknown>): Promise<CloudFormationServiceException> {
  try {
    await call;
  } catch (error) {
    return error as CloudFormationServiceException;
  }
  throw new Error("the call was expected to be refused");
}

/** The entries of a change set, as `Action LogicalId Replacement`. */
export function changesOf(set: DescribeChangeSetOutput): string[] {
  return (set.Changes ?? []).map(({ ResourceChange: change }) =>
    [change?.Action, change?.LogicalResourceId, change?.Replacement].filter(Boolean).join(" "),
  );
}
