/** What the bytes of a package are, seen from themselves. */
export const PACKAGE_FORMATS = ["tar", "tar.gz", "zip"] as const;
export type PackageFormat = (typeof PACKAGE_FORMATS)[number];

/** Where a build stands: its name means something only within one stage of one application (P1). */
export interface StageName {
  readonly application: string;
  readonly stage: string;
}

export interface PackageName extends StageName {
  readonly build: string;
  readonly service: string;
}

/** The packaged output of one service, as one build made it. Never altered afterwards (P1). */
export interface Package extends PackageName {
  readonly commit: string;
  readonly format: PackageFormat;
  /** SHA-256 of the bytes, 64 hexadecimal digits. */
  readonly digest: string;
  readonly sizeBytes: number;
  readonly storedBy: string;
  readonly storedAt: number;
}
