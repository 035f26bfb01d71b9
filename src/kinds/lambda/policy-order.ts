import { type Json, type JsonObject, sameJson } from "../../domain/json.ts";

/** What a policy may hold, all statements together. AWS does not raise it (facts I3). */
export const MAX_POLICY_BYTES = 20_480;

/** Everything around the statements, as AWS writes it. */
const FRAME = { Version: "2012-10-17", Id: "default", Statement: [] };

/** One call: a statement that changes is removed and added, because two cannot share a Sid. */
export interface StatementWrite {
  readonly do: "add" | "remove" | "replace";
  readonly id: string;
}

/** Statements in normal form by Sid, and the ARN that each of them is about unless it names another. */
export interface PolicyChange {
  readonly wanted: JsonObject;
  readonly live: JsonObject;
  readonly arn: string;
}

/** Size of the document with these statements. Pure. */
export function policyBytes(statements: JsonObject, arn: string): number {
  const ids = Object.keys(statements);
  const sizes = ids.map((id) => statementBytes(id, statements[id] ?? {}, arn));
  return JSON.stringify(FRAME).length + sizes.reduce((sum, size) => sum + size, 0) + Math.max(0, ids.length - 1);
}

function statementBytes(id: string, statement: Json, Resource: string): number {
  return Buffer.byteLength(JSON.stringify({ Sid: id, Resource, ...(statement as JsonObject) }));
}

/**
 * The writes that lead from live to wanted and never exceed the limit on the way, if wanted itself fits: what adds goes
 * first, so that no permitted caller is locked out, and room is made only where it lacks. What makes room is first a
 * statement that goes and means nothing that is wanted, then one that becomes smaller, then one that is about to be
 * added under another Sid. Pure.
 */
export function orderWrites(change: PolicyChange): StatementWrite[] {
  const { growing, shrinking } = writesOf(change);
  const present = new Map(Object.entries(change.live));
  const order: StatementWrite[] = [];
  const perform = (write: StatementWrite) => {
    order.push(write);
    present.delete(write.id);
    if (write.do !== "remove") present.set(write.id, change.wanted[write.id] ?? {});
  };
  const hasRoom = ({ id }: StatementWrite) =>
    policyBytes({ ...Object.fromEntries(present), [id]: change.wanted[id] ?? {} }, change.arn) <= MAX_POLICY_BYTES;
  for (const write of growing) {
    const next = [...shrinking].sort((one, other) => urgency(one, write, change) - urgency(other, write, change));
    for (const release of next) {
      if (hasRoom(write)) break;
      perform(release);
      shrinking.splice(shrinking.indexOf(release), 1);
    }
    perform(write);
  }
  shrinking.forEach(perform);
  return order;
}

function writesOf({ wanted, live, arn }: PolicyChange): { growing: StatementWrite[]; shrinking: StatementWrite[] } {
  const writes = (ids: string[], what: StatementWrite["do"]) => ids.map((id): StatementWrite => ({ do: what, id }));
  const added = Object.keys(wanted).filter((id) => !Object.hasOwn(live, id));
  const gone = Object.keys(live).filter((id) => !Object.hasOwn(wanted, id));
  const changed = Object.keys(wanted).filter(
    (id) => Object.hasOwn(live, id) && !sameJson(wanted[id] ?? null, live[id] ?? null),
  );
  const bytes = (statements: JsonObject, id: string) => statementBytes(id, statements[id] ?? {}, arn);
  const grown = changed.filter((id) => bytes(wanted, id) > bytes(live, id));
  const shrunk = changed.filter((id) => !grown.includes(id));
  return {
    growing: [...writes(added, "add"), ...writes(grown, "replace")],
    shrinking: [...writes(shrunk, "replace"), ...writes(gone, "remove")],
  };
}

/** The lower, the sooner a write may make room for another one. */
function urgency(release: StatementWrite, adding: StatementWrite, { wanted, live }: PolicyChange): number {
  if (release.do === "replace") return 1;
  const meaning = live[release.id] ?? {};
  if (sameJson(meaning, wanted[adding.id] ?? {})) return 2;
  return Object.values(wanted).some((statement) => sameJson(statement ?? {}, meaning)) ? 3 : 0;
}
