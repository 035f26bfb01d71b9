/** The format of a package, as its first bytes show it. */
export const PACKAGE_FORMATS = ["tar", "tar.gz", "zip"] as const;
export type PackageFormat = (typeof PACKAGE_FORMATS)[number];

/** A stage of an application. The name of a build is unique only within one. */
export interface StageName {
  readonly application: string;
  readonly stage: string;
}

export interface PackageName extends StageName {
  readonly build: string;
  readonly service: string;
}

/** The packaged output of one service, as one build made it. Stored once and never changed. */
export interface Package extends PackageName {
  readonly commit: string;
  readonly format: PackageFormat;
  /** SHA-256 of the bytes, 64 hexadecimal digits. */
  readonly digest: string;
  readonly sizeBytes: number;
  readonly storedBy: string;
  readonly storedAt: number;
}
