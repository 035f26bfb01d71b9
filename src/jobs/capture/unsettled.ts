import { type CapturedComponent, functionOf } from "../../domain/component/component.ts";
import type { Reason } from "../../domain/errors.ts";
import type { CachedReader } from "../../kinds/cached-reader.ts";

/** Functions and aliases that AWS was still changing when they were captured, although they were waited for. No call: all are read. */
export async function unsettledIn(
  reader: Pick<CachedReader, "getFunction" | "listAliases">,
  components: readonly CapturedComponent[],
): Promise<Reason[]> {
  const ids = components.map(({ id }) => id);
  const functions = new Set(ids.filter((id) => id.startsWith("lambda-config:")).flatMap((id) => functionOf(id) ?? []));
  const found: string[] = [];
  for (const name of functions) {
    const { State, LastUpdateStatus } = (await reader.getFunction(name))?.configuration ?? {};
    if (State === "Pending" || LastUpdateStatus === "InProgress") found.push(name);
    for (const { name: alias, weights } of await reader.listAliases(name))
      if (Object.values(weights).includes(1)) found.push(`${name}:${alias}`);
  }
  return found.map((name) => ({
    code: "AWS_IN_PROGRESS",
    detail: `AWS was still changing ${name} when it was recorded, and did not end in time: what it became afterwards is not in the record. If a rollback calls that a conflict, look at ${name} and let \`onConflict\` be \`restore\`.`,
  }));
}
