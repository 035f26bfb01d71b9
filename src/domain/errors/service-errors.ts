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
  INVALID_SETTINGS: row(500, false, "The settings are not valid", "Fix what the message lists and start again."),
  INTERNAL: row(500, true, "An internal error occurred", "Give the request id to whoever runs the service."),
} as const satisfies Record<string, ErrorRow>;
