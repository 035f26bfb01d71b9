import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Account, accountOf } from "../../test/support/answers.ts";
import { ROOT } from "../../test/support/root.ts";
import type { Answered, Question, Weather, WeatherReport } from "./sandbox-messages.ts";

/** The sandbox in a process of its own, which no fault of the service's process touches. */
export interface SandboxProcess {
  readonly url: string;
  /** Calls past the wire: no fault meets them, and the call log does not have them. */
  readonly account: Account;
  setWeather(weather: Weather, share: number): Promise<void>;
  report(): Promise<WeatherReport>;
  stop(): Promise<void>;
}

export async function startSandboxProcess(seed: number): Promise<SandboxProcess> {
  const child = fork(join(ROOT, "build/scripts/soak/sandbox-child.js"), [String(seed)], { serialization: "advanced" });
  const [listening] = (await once(child, "message")) as [{ value: string }];
  const ask = askerOf(child);
  return {
    url: listening.value,
    account: accountOf((service, operation, input) => ask({ ask: "call", service, operation, input })),
    setWeather: async (weather, share) => void (await ask({ ask: "weather", weather, share })),
    report: async () => (await ask({ ask: "mutations" })) as WeatherReport,
    stop: async () => {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}

function askerOf(child: ChildProcess): (question: Question) => Promise<unknown> {
  const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let number = 0;
  child.on("message", (answered: Answered) => {
    const asked = open.get(answered.number);
    open.delete(answered.number);
    if ("error" in answered) asked?.reject(Object.assign(new Error(answered.error.message), answered.error));
    else asked?.resolve(answered.value);
  });
  child.once("exit", () => {
    for (const { reject } of open.values()) reject(new Error("the sandbox's process ended"));
  });
  return (question) =>
    new Promise((resolve, reject) => {
      number += 1;
      open.set(number, { resolve, reject });
      child.send({ number, question });
    });
}
