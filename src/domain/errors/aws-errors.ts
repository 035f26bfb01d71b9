import { type ErrorRow, row } from "./error-row.ts";

/** Responses of AWS. */
export const AWS_ERRORS = {
  AWS_THROTTLED: row(
    503,
    true,
    "AWS throttled the calls",
    "Wait; lower the rates in the settings if it happens again.",
  ),
  AWS_DENIED: row(502, false, "AWS denied the call", "Grant the action that `detail` names."),
  AWS_CREDENTIALS: row(
    502,
    false,
    "The AWS credentials are missing or refused",
    "Check the profile, the role and their expiry.",
  ),
  AWS_NOT_FOUND: row(502, false, "AWS does not find the resource", "It was deleted in the meantime; plan again."),
  AWS_IN_PROGRESS: row(503, true, "AWS is still busy with an earlier change", "Wait until it has ended."),
  AWS_PRECONDITION: row(409, true, "The resource changed between reading and writing", "Plan again."),
  AWS_REJECTED: row(502, false, "AWS refused the call", "`detail` has the message of AWS."),
  AWS_UNSUPPORTED: row(
    502,
    false,
    "The server does not have the call",
    "Use a region or a server that has the call which `detail` names, or leave out what needs it.",
  ),
  AWS_LIMIT: row(502, false, "A quota of the account is used up", "Raise the quota or remove what is not needed."),
  AWS_ANSWER_TOO_LARGE: row(
    502,
    false,
    "AWS answered with more bytes than there can be",
    "`detail` names the host and the bound: look at what answers there, such as a proxy or another endpoint.",
  ),
  AWS_ANSWER_UNREADABLE: row(
    502,
    true,
    "The answer of AWS could not be read",
    "Try again: what the call changes is read first. If that lasts, look at what answers there, such as a proxy.",
  ),
  AWS_UNAVAILABLE: row(503, true, "AWS did not respond", "Try again later."),
} as const satisfies Record<string, ErrorRow>;
