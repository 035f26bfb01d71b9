import { and, asc, eq, isNull } from "drizzle-orm";
import type { Approval } from "../domain/access/approvals.ts";
import { stageSubject, subjectOf } from "../domain/audit/subjects.ts";
import { INSTALLATION_SCOPE } from "../sealing/scopes.ts";
import { reasonIn } from "./activity-deeds.ts";
import { deedIf } from "./audit-deeds.ts";
import { noteChanged } from "./changes.ts";
import { noteMade } from "./made-rows.ts";
import type { Deed } from "./port/audit.ts";
import type { ApprovalStore } from "./port/rollbacks.ts";
import { approvals } from "./schema/access.ts";
import { rollbacks } from "./schema/rollbacks.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

export function createApprovalStore(database: SqliteDatabase): ApprovalStore {
  return {
    addApproval: (approval) =>
      database.write(decided(approval), async (rows) => {
        const place = { scope: INSTALLATION_SCOPE, id: approval.about };
        await rows.insert(approvals).values(rows.sealing.seal(approvals, place, approval));
        await noteMade(rows, approval.about);
      }),
    findApprovals: (about) => database.read((rows) => readApprovals(rows, about)),
    saveReview: (rollback, { at, by, comment }) => {
      const says = (isFirst: boolean) => deedIf(isFirst, "rollback.review", rollback, reasonIn(comment));
      return database.write(says, async (rows) => {
        noteChanged(rows, rollback);
        const place = { scope: INSTALLATION_SCOPE, id: rollback };
        const values = { reviewedAt: at, reviewedBy: by, reviewComment: comment };
        const reviewed = await rows
          .update(rollbacks)
          .set(rows.sealing.seal(rollbacks, place, values))
          .where(and(eq(rollbacks.id, rollback), isNull(rollbacks.reviewedAt)))
          .returning({ id: rollbacks.id });
        if (reviewed.length === 0) return false;
        await noteMade(rows, rollback);
        return true;
      });
    },
  };
}

function decided({ about, covers, decision, comment }: Approval): Deed {
  const [application = "", stage = ""] = about.startsWith(POLICY)
    ? (JSON.parse(about.slice(POLICY.length)) as string[])
    : [];
  const subject = about.startsWith(POLICY) ? stageSubject({ application, stage }) : subjectOf(about);
  return { action: "approval.decide", subject, planDigest: covers, approval: decision, ...reasonIn(comment) };
}

/** How the subject of a decision about a policy begins; a list with the application and the stage follows. */
const POLICY = "policy:";

/** Oldest first. */
export async function readApprovals(rows: Rows, about: string): Promise<readonly Approval[]> {
  const found = await rows.select().from(approvals).where(eq(approvals.about, about)).orderBy(asc(approvals.number));
  return found.map((row) => {
    const { number: _number, ...approval } = rows.sealing.open(approvals, row.about, row);
    return approval;
  });
}
