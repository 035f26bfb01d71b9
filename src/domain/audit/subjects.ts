import type { AuditSubject } from "./record.ts";

/** What the prefixes of ids stand for. */
const TYPES: Readonly<Record<string, string>> = {
  dep: "deployment",
  rbk: "rollback",
  snp: "snapshot",
  pin: "pin",
  rvl: "revalidation",
  tok: "token",
  rot: "rotation",
  ses: "session",
  ver: "verification",
};

/** The subject that an id names. */
export function subjectOf(id: string): AuditSubject {
  return { type: TYPES[id.slice(0, id.indexOf("_"))] ?? "other", id };
}

/** The stage of an application, with its policy. */
export function stageSubject({ application, stage }: { application: string; stage: string }): AuditSubject {
  return { type: "stage", id: `${application}/${stage}`, application, stage };
}

/** A caller as the audit names it: `token:<id>` without the name, which is a person's. */
export function auditSubjectOf(subject: string): string {
  return /^token:[^:]*/.exec(subject)?.[0] ?? subject;
}

/** How many ids a record lists. */
const LISTED = 50;

/** Some ids in a record: long lists are counted. */
export function listed(ids: readonly string[]): readonly string[] | { readonly count: number } {
  return ids.length <= LISTED ? ids : { count: ids.length };
}
