import { fc } from "../support/seeded.ts";
import type { FuzzService } from "./fuzz-service.ts";
import { createJudge } from "./judge.ts";
import { type KnownNames, readNames, withNames } from "./known-names.ts";
import { LOGINS, TENANTS } from "./logins.ts";
import type { Api } from "./operations.ts";
import type { Reached } from "./reached.ts";
import { type FuzzRequest, requestsOf } from "./requests.ts";
import { send } from "./send.ts";

/** Requests of one round share their logins and begin in the same state. */
export const ROUND = 500;

export interface Wanted {
  readonly seed: number;
  /** The first round, from 0. */
  readonly from: number;
  readonly rounds: number;
}

/** Sends whole rounds of requests and judges each answer. Returns what is wrong, with how to send it again. */
export async function fuzz(
  service: FuzzService,
  api: Api,
  { seed, from, rounds }: Wanted,
  reached: Reached,
): Promise<string[]> {
  const judge = createJudge(api);
  const requests = requestsOf(api);
  const faults: string[] = [];
  for (let round = from; round < from + rounds; round += 1) {
    const name = `${seed}-${round}`;
    await service.begin(name);
    const known = await readNames(service.ask);
    // Each round has a seed of its own, so that it can be sent without those before it.
    for (const [number, drawn] of fc.sample(requests, { seed: seed * 1_000_003 + round, numRuns: ROUND }).entries()) {
      const request = named(known, drawn, number);
      const answer = await send(service, name, number, request);
      const verdict = judge(request, answer, known.owners);
      reached.add(verdict.operation, answer.statusCode, verdict.code);
      faults.push(...verdict.faults.map((fault) => told({ seed, round, number, request }, fault)));
    }
  }
  return faults;
}

/** One line: what is wrong with which answer, and the command that sends the round again. */
function told(at: { seed: number; round: number; number: number; request: FuzzRequest }, fault: string): string {
  const { seed, round, number, request } = at;
  return `${fault}; request ${number}: ${JSON.stringify(request).slice(0, 1_000)}; again: npm run test:fuzz -- --seed ${seed} --from ${round} --rounds 1`;
}

/** A login asks about its own team, but for every seventh request. */
function named(known: KnownNames, { url, body, ...rest }: FuzzRequest, number: number): FuzzRequest {
  const own = LOGINS.find(({ name }) => name === rest.login)?.tenant ?? TENANTS[number % 2] ?? TENANTS[0];
  const other = TENANTS.find((tenant) => tenant !== own) ?? own;
  const team = number % 7 === 0 ? other : own;
  return {
    ...rest,
    url: withNames(known, { text: url, team, write: encodeURIComponent }),
    body: body === null ? null : withNames(known, { text: body, team }),
  };
}
