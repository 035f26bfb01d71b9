/** Whose state or package refers to stored bytes. */
export type ArtifactOwner =
  | { readonly target: string }
  | { readonly packagesOf: { readonly application: string; readonly stage: string } };

/** The owners of bytes by their SHA-256. */
export type ArtifactOwners = ReadonlyMap<string, readonly ArtifactOwner[]>;
