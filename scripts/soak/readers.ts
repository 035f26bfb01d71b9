import { createHash } from "node:crypto";
import type { Dice } from "../../test/corpus/dice.ts";
import type { ApiCalls } from "./api-calls.ts";
import { type Ledger, pause } from "./ledger.ts";

interface Parts {
  readonly api: ApiCalls;
  readonly ledger: Ledger;
  readonly dice: Dice;
  /** Paths of jobs, the latest last. */
  readonly jobs: readonly string[];
  /** Paths of stored packages, with the digests of their bytes. */
  readonly packages: ReadonlyMap<string, string>;
}

const BETWEEN_MS = 40;
const LISTS = [
  "/v1/deployments",
  "/v1/rollbacks",
  "/v1/activities",
  "/v1/activities?status=In%20Progress",
  "/v1/pins",
  "/v1/applications/soak/stages/prod/builds",
  "/v1/applications/soak/stages/prod/revalidations",
] as const;

/** Reads lists, details, logs, artifacts and packages, until `isOver`. */
export async function readAround(parts: Parts, isOver: () => boolean): Promise<void> {
  const { dice } = parts;
  const reads = [readList, readJob, readJob, readArtifact, readPackage] as const;
  while (!isOver()) {
    await dice.pick(reads)(parts);
    await pause(BETWEEN_MS);
  }
}

async function readList({ api, dice }: Parts): Promise<void> {
  await api.once(dice.pick(LISTS));
}

async function readJob({ api, dice, jobs }: Parts): Promise<void> {
  const job = dice.pick(jobs);
  const part = dice.pick(["", "/logs?limit=200", "/components", ""] as const);
  if (job !== undefined) await api.once(job + part);
}

async function readArtifact({ api, dice, jobs, ledger }: Parts): Promise<void> {
  const job = dice.pick(jobs.filter((path) => path.includes("/deployments/")));
  const found = job === undefined ? null : await api.once(job);
  if (found?.status !== 200) return;
  const { snapshot } = JSON.parse(found.bytes.toString()) as { snapshot: { id: string; status: string } };
  if (snapshot.status === "Ready") await readArtifactOf({ api, ledger }, snapshot.id, (all) => dice.some(all, 0.2));
}

interface Listed {
  readonly id: string;
  readonly artifacts: readonly { readonly digest: string }[];
}

/** Downloads what `choose` picks of a snapshot's components with bytes, and compares these with their digests. */
export async function readArtifactOf(
  { api, ledger }: Pick<Parts, "api" | "ledger">,
  snapshot: string,
  choose: (all: readonly Listed[]) => readonly Listed[],
): Promise<void> {
  const listed = await api.once(`/v1/snapshots/${snapshot}/components?limit=200`);
  if (listed?.status !== 200) return;
  const { items } = JSON.parse(listed.bytes.toString()) as { items: Listed[] };
  for (const { id, artifacts } of choose(items.filter(({ artifacts }) => artifacts.length === 1))) {
    const path = `/v1/snapshots/${snapshot}/components/${encodeURIComponent(id)}/artifact`;
    await readWhole({ api, ledger }, { path, digest: artifacts[0]?.digest ?? "" });
  }
}

async function readPackage({ api, dice, ledger, packages }: Parts): Promise<void> {
  const stored = dice.pick([...packages]);
  if (stored) await readWhole({ api, ledger }, { path: stored[0], digest: stored[1] });
}

/** A connection that broke is no fault; an answer with other bytes is one. */
export async function readWhole(
  { api, ledger }: Pick<Parts, "api" | "ledger">,
  { path, digest }: { path: string; digest: string },
): Promise<void> {
  const got = await api.once(path);
  if (!got || got.status === 429 || got.status === 503 || got.status === 507) return;
  const found = createHash("sha256").update(got.bytes).digest("hex");
  ledger.count("downloads", got.status === 200 && found === digest ? "whole" : "not whole");
  if (got.status !== 200 || found !== digest)
    ledger.breakRule("artifacts and packages are whole", `${path}: ${got.status}, ${found} instead of ${digest}`);
}
