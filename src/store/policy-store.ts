import { and, eq } from "drizzle-orm";
import type { PolicyStore } from "./port/policies.ts";
import { stagePolicies } from "./schema/stages.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

export function createPolicyStore(database: SqliteDatabase): PolicyStore {
  return {
    findPolicy: ({ application, stage }) =>
      database.read(async (rows) => {
        const isIt = and(eq(stagePolicies.application, application), eq(stagePolicies.stage, stage));
        const [row] = await rows.select().from(stagePolicies).where(isIt);
        if (!row) return null;
        const { application: _application, stage: _stage, ...policy } = row;
        return policy;
      }),
    savePolicy: ({ application, stage }, policy) =>
      database.write(async (rows) => {
        await rows
          .insert(stagePolicies)
          .values({ application, stage, ...policy })
          .onConflictDoUpdate({ target: [stagePolicies.application, stagePolicies.stage], set: policy });
      }),
  };
}
