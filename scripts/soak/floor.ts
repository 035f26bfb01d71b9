import { join } from "node:path";
import { type Ledger, pause } from "./ledger.ts";
import { isReady, spawnService } from "./service-process.ts";

const STARTS = 3;
const LOOK_MS = 10;

/** How long this machine takes to start the service on an empty folder, before anything else runs. */
export async function measureFloor({
  folder,
  env,
  ledger,
}: {
  folder: string;
  env: Readonly<Record<string, string>>;
  ledger: Ledger;
}): Promise<void> {
  for (let at = 0; at < STARTS; at += 1) {
    const life = spawnService({ dataDir: join(folder, `floor-${at}`), env, onLog: () => {} });
    const url = await life.listening;
    if (url === null) throw new Error("the service does not start on an empty folder");
    while (!(await isReady(url))) await pause(LOOK_MS);
    ledger.sample("floor", performance.now() - life.startedAt);
    life.signal("SIGKILL");
    await life.ended;
  }
}
