import { readFile } from "node:fs/promises";

/** Linux counts in ticks of 10 ms. */
const TICK_MS = 10;

/** The CPU time that a process has used so far, in milliseconds. */
export async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const [utime = "0", stime = "0"] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return (Number(utime) + Number(stime)) * TICK_MS;
}
