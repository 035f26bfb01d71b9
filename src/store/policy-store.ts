import { and, eq } from "drizzle-orm";
import { stageSubject } from "../domain/audit/subjects.ts";
import { plainJson } from "../domain/json.ts";
import type { Deed } from "./port/audit.ts";
import type { PolicyStore, StagePlace, StoredPolicy } from "./port/policies.ts";
import { stagePolicies } from "./schema/stages.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

/** Null when nobody has set a policy. */
export async function readPolicy(rows: Rows, { application, stage }: StagePlace): Promise<StoredPolicy | null> {
  const isIt = and(eq(stagePolicies.application, application), eq(stagePolicies.stage, stage));
  const [row] = await rows.select().from(stagePolicies).where(isIt);
  if (!row) return null;
  const { application: _application, stage: _stage, ...policy } = row;
  return policy;
}

interface Saved {
  readonly place: StagePlace;
  readonly before: StoredPolicy | null;
  readonly policy: StoredPolicy;
}

function saved({ place, before, policy }: Saved): Deed {
  const rulesOf = ({ updatedAt: _at, updatedBy: _by, ...rules }: StoredPolicy) => plainJson(rules);
  return {
    action: "policy.set",
    subject: stageSubject(place),
    before: before && rulesOf(before),
    after: rulesOf(policy),
  };
}

export function createPolicyStore(database: SqliteDatabase): PolicyStore {
  return {
    findPolicy: (place) => database.read((rows) => readPolicy(rows, place)),
    savePolicy: async (place, policy) => {
      await database.write(saved, async (rows) => {
        const before = await readPolicy(rows, place);
        await rows
          .insert(stagePolicies)
          .values({ ...place, ...policy })
          .onConflictDoUpdate({ target: [stagePolicies.application, stagePolicies.stage], set: policy });
        return { place, before, policy };
      });
    },
  };
}
