/** A process that stores one artifact completely, then streams another one until it is killed. */
import { Readable } from "node:stream";
import { openDiskArtifacts } from "#src/artifacts/disk-artifacts";
import { diskSealing } from "../support/sealing.ts";

const folder = process.argv[2];
if (!folder) throw new Error("Name the folder.");
const artifacts = (await openDiskArtifacts(folder, diskSealing())).ofTarget("default");
const { digest } = await artifacts.put(Readable.from([Buffer.from("whole")]));
process.stdout.write(`${digest}\n`);
await artifacts.put(
  Readable.from(
    (function* () {
      for (let chunk = 0; ; chunk += 1) {
        if (chunk === 100) process.stdout.write("half\n");
        yield Buffer.alloc(1_000);
      }
    })(),
  ),
);
