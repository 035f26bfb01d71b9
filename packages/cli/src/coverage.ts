import type { Snapshot } from "#client/api-types";
import { type Api, unwrap } from "#client/connect";

export type Coverage = Snapshot["coverage"];

/** What the snapshot does not hold of its scope. Empty where the service cannot tell: nothing may hang on it. */
export async function readCoverage(api: Api, snapshot: string): Promise<Coverage> {
  const reading = unwrap(api.GET("/v1/snapshots/{id}", { params: { path: { id: snapshot } } }));
  const { coverage = [] } = await reading.catch((): Partial<Snapshot> => ({}));
  return coverage;
}

/** The member of a command's JSON; none where the backup holds everything, as the API's own answers have none. */
export function coverageMember(coverage: Coverage): { readonly coverage?: Coverage } {
  return coverage.length > 0 ? { coverage } : {};
}

/** The end of the line about the backup; empty where it holds everything. */
export function coverageText(coverage: Coverage): string {
  if (coverage.length === 0) return "";
  return `; not in it: ${coverage.map(({ what, count }) => `${what} (${count})`).join(", ")}`;
}

/** Each gap with its reason. */
export function coverageLines(coverage: Coverage): string[] {
  return coverage.map(({ what, why, components, count }) => {
    const more = count > components.length ? ", …" : "";
    return `Not in the backup: ${what} of ${components.join(", ")}${more}: ${why}`;
  });
}
