import { Readable } from "node:stream";
import * as sdk from "@aws-sdk/client-lambda";
import type { Test } from "tap";
import type { Shape } from "#sandbox/core/contract";
import type { SdkHttpRequest } from "#sandbox/core/request-handler";
import { type Harness, openHarness, ROLE, zipOf } from "../../sandbox-harness.ts";
import { RecordingMatch } from "./match.ts";

/** A recording: the response to each step of a test against the real AWS, as botocore parsed it. */
export type Recording = Readonly<Record<string, unknown>>;

/** Repeats what a recorded test did, step by step. */
export type Replay = (stage: Stage) => Promise<void>;

export type Answer = Record<string, unknown>;

/** An operation with its input, which may be one that the SDK's types do not allow. */
export interface Call {
  readonly operation: OperationName;
  readonly input: Shape;
}

type OperationName = keyof {
  [Name in keyof typeof sdk as Name extends `${infer Operation}Command` ? Operation : never]: true;
};

export function call(operation: OperationName, input: Shape): Call {
  return { operation, input };
}

const commands: Readonly<Record<string, unknown>> = sdk;

function commandOf({ operation, input }: Call): sdk.GetFunctionCommand {
  const Command = commands[`${operation}Command`] as new (input: Shape) => sdk.GetFunctionCommand;
  return new Command(input);
}

/** Errors that botocore's model lacks: it keeps their code, message and status and drops the rest. */
const UNMODELLED: ReadonlySet<string> = new Set([
  "ValidationException",
  "RequestEntityTooLargeException",
  "AccessDeniedException",
]);

/** A fresh sandbox and the recording that its responses are compared with. */
export class Stage {
  readonly #match = new RecordingMatch();
  readonly #unseen: Set<string>;
  readonly differences: string[] = [];
  #last: { status: number; errorType: string | undefined; body: Answer } = {
    status: 0,
    errorType: undefined,
    body: {},
  };
  readonly #client: sdk.LambdaClient;

  private constructor(
    readonly recording: Recording,
    readonly harness: Harness,
  ) {
    this.#unseen = new Set(Object.keys(recording));
    const inner = harness.sandbox.requestHandler();
    this.#client = new sdk.LambdaClient({
      endpoint: "http://sandbox.localhost",
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
      requestHandler: {
        ...inner,
        handle: async (request: SdkHttpRequest) => this.#observe(await inner.handle(request)),
      },
    });
  }

  static async open(t: Test, recording: Recording): Promise<Stage> {
    return new Stage(recording, await openHarness(t));
  }

  /** Makes a call and returns its raw response in botocore's form. */
  async send(call: Call): Promise<Answer> {
    await this.#client.send(commandOf(call)).catch(() => {});
    const { status, errorType, body } = this.#last;
    const ResponseMetadata = { HTTPHeaders: {}, HTTPStatusCode: status };
    if (errorType === undefined) return { ...body, ResponseMetadata };
    const Message = body["message"] ?? body["Message"] ?? null;
    const known = UNMODELLED.has(errorType) ? {} : body;
    return { Error: { Code: errorType, Message }, ...known, ResponseMetadata };
  }

  /** Makes a call and compares its response with the recorded step. */
  async step(name: string, call: Call): Promise<Answer> {
    const answer = await this.send(call);
    this.check(name, answer);
    return answer;
  }

  check(name: string, answer: unknown): void {
    this.#unseen.delete(name);
    const recorded = this.recording[name];
    this.differences.push(...this.#match.differences(recorded, answer, name));
  }

  /** Skips steps that have nothing to do with the sandbox, such as responses of other services. */
  skip(...names: string[]): void {
    for (const name of names) this.#unseen.delete(name);
  }

  /** Whether a step was recorded and has not been repeated yet. */
  isToCome(name: string): boolean {
    return this.#unseen.has(name);
  }

  /** Recorded steps that the replay has not repeated. */
  unseen(): string[] {
    return [...this.#unseen];
  }

  /** Lets everything end that is in progress. */
  settle(): void {
    this.harness.clock.advance(this.updateMs);
  }

  readonly updateMs = 200;

  async #observe({ response }: Awaited<ReturnType<ReturnType<Harness["sandbox"]["requestHandler"]>["handle"]>>) {
    const bytes = Buffer.concat((await response.body.toArray()).map((chunk) => Buffer.from(chunk)));
    const text = bytes.toString();
    this.#last = {
      status: response.statusCode,
      errorType: response.headers["x-amzn-errortype"],
      body: text === "" ? {} : (JSON.parse(text) as Answer),
    };
    return { response: { ...response, body: Readable.from([bytes]) } };
  }
}

export const PYTHON = "python3.12";
export const pythonZip = zipOf({ "handler.py": "def handler(event, context): return event" });
export const otherPythonZip = zipOf({ "handler.py": "def handler(event, context): return None" });

/** The members with which the recorded tests create functions when they call the API themselves. */
export function directFunction(FunctionName: string) {
  return {
    FunctionName,
    Runtime: PYTHON,
    Role: ROLE,
    Handler: "index.handler",
    Code: { ZipFile: pythonZip },
  };
}

/** The members with which the recorded tests' common helper creates functions. */
export function helperFunction(FunctionName: string) {
  return {
    ...directFunction(FunctionName),
    Handler: "handler.handler",
    Timeout: 30,
    Environment: { Variables: {} },
  };
}

/** A created function as the common helper returns it. */
export function helperAnswer(answer: Answer): Answer {
  return { CreateEventSourceMappingResponse: null, CreateFunctionResponse: answer };
}

/** Statements and policies are JSON text inside the response; the recordings contain the parsed value. */
export async function readStep(stage: Stage, name: string, made: Call): Promise<void> {
  const answer = await stage.send(made);
  const read = (member: string) => {
    const text = answer[member];
    return typeof text === "string" ? { [member]: JSON.parse(text) as unknown } : {};
  };
  stage.check(name, { ...answer, ...read("Statement"), ...read("Policy") });
}
