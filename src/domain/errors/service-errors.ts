import { type ErrorRow, row } from "./error-row.ts";

/** Faults of the service itself. */
export const SERVICE_ERRORS = {
  LEASE_LOST: row(500, true, "Another worker has taken over the job", "Nothing to do: the other worker continues."),
  SHUTTING_DOWN: row(
    503,
    true,
    "The service is stopping",
    "Try again in a moment; its jobs continue after the restart.",
  ),
  OVERLOADED: row(
    503,
    true,
    "The service has more to do than it can",
    "Send it again as `Retry-After` says. Reads, reports, cancels and rollbacks are taken meanwhile.",
  ),
  FENCED: row(
    503,
    true,
    "Another service has taken over the data folder",
    "Send it to the service that was started last on this data folder: this one takes no more writes and ends by itself.",
  ),
  DISK_FULL: row(
    507,
    true,
    "The disk of the service is full",
    "Free space on the disk of the data folder, and send it again: the service goes on by itself.",
  ),
  STORE_UNAVAILABLE: row(
    503,
    true,
    "The database or the folder of artifacts cannot be used at the moment",
    "Send it again in a moment. If that lasts, see the service's log: another process holds the database, or the disk fails or is read-only.",
  ),
  KEY_UNAVAILABLE: row(
    503,
    true,
    "The master key cannot be reached at the moment",
    "Send it again in a moment: jobs wait and go on by themselves. If that lasts, see the service's log, and whether the service reaches KMS.",
  ),
  KEY_DENIED: row(
    503,
    true,
    "The service may not use its master key",
    "Give the service's credentials back what the log names: `kms:Encrypt`, `kms:Decrypt` and `kms:DescribeKey` on the key. Jobs wait and go on by themselves.",
  ),
  KEY_DISABLED: row(
    503,
    true,
    "The master key is disabled",
    "Enable the key that the log names in KMS, or cancel its deletion before its waiting period is over. Jobs wait and go on by themselves.",
  ),
  KEY_LOST: row(
    500,
    false,
    "The key of stored data is lost",
    "Bring the master key that the detail names back into the master key file, or name the recovery key's private half in STEPBACK_RECOVERY_PRIVATE_KEY_FILE, and start the service again. What this key did not seal can still be read.",
  ),
  KEY_FILE_READ_ONLY: row(
    500,
    false,
    "The master key file cannot be written",
    "Let the service write the file and its folder, and rotate again. Where the file must stay read-only, add a version as its last line yourself: the service wraps under the last one.",
  ),
  INVALID_SETTINGS: row(500, false, "The settings are not valid", "Fix what the message lists and start again."),
  INTERNAL: row(500, true, "An internal error occurred", "Give the request id to whoever runs the service."),
} as const satisfies Record<string, ErrorRow>;
