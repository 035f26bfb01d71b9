import { eq } from "drizzle-orm";
import type { ArtifactOwner, ArtifactOwners } from "../domain/component/artifact-owner.ts";
import { packageScope, targetScope } from "../sealing/scopes.ts";
import { packageOf } from "./build-store.ts";
import { activities } from "./schema/activities.ts";
import { packages } from "./schema/builds.ts";
import { snapshotComponents, snapshots, states } from "./schema/snapshots.ts";
import { artifactsIn } from "./snapshot-rows.ts";
import type { Rows } from "./sqlite-database.ts";

/** Whose bytes the stored states and packages refer to, by their SHA-256. Reads every state. */
export async function readArtifactOwners(rows: Rows): Promise<ArtifactOwners> {
  const owners = new Map<string, Map<string, ArtifactOwner>>();
  const note = (digest: string, name: string, owner: ArtifactOwner) =>
    owners.set(digest, (owners.get(digest) ?? new Map<string, ArtifactOwner>()).set(name, owner));
  const captured = await rows
    .selectDistinct({ state: states.digest, body: states.body, target: activities.target })
    .from(states)
    .innerJoin(snapshotComponents, eq(snapshotComponents.state, states.digest))
    .innerJoin(snapshots, eq(snapshots.id, snapshotComponents.snapshot))
    .innerJoin(activities, eq(activities.id, snapshots.activity));
  for (const { state, body, target } of captured)
    for (const digest of artifactsIn(rows, state, body)) note(digest, targetScope(target), { target });
  for (const row of await rows.select().from(packages)) {
    const { digest, application, stage } = packageOf(rows, row);
    note(digest, packageScope({ application, stage }), { packagesOf: { application, stage } });
  }
  return new Map([...owners].map(([digest, of]) => [digest, [...of.values()]]));
}
