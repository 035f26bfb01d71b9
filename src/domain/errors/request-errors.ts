import { type ErrorRow, row } from "./error-row.ts";

/** Faults of a request. */
export const REQUEST_ERRORS = {
  VALIDATION_FAILED: row(
    400,
    false,
    "The request is not valid",
    "Fix every fault that `errors` lists and send it again.",
  ),
  UNAUTHENTICATED: row(
    401,
    false,
    "No valid token was sent",
    "Send `Authorization: Bearer <token>`; the data folder holds the first admin token.",
  ),
  TOO_MANY_FAILED_LOGINS: row(
    429,
    true,
    "Too many log-ins from this address failed",
    "Wait a minute, and send a token that is valid: a valid one is let in at any time.",
  ),
  TOO_MANY_REQUESTS: row(
    429,
    true,
    "The principal sends more requests than it may",
    "Wait as long as `Retry-After` says; `?wait=` and followed logs take the place of frequent requests.",
  ),
  FORBIDDEN: row(403, false, "The token's role does not allow this", "Use a token whose role the operation names."),
  OUTSIDE_GRANT: row(
    403,
    false,
    "It lies outside the caller's grants",
    "Leave out what `detail` names, or ask an admin for a token that reaches it; `GET /v1/me` shows your grants.",
  ),
  NOT_BY_REQUESTER: row(
    403,
    false,
    "Whoever asked for it may not approve it",
    "Ask somebody who neither opened nor edited it, nor deployed what it reverses, and whose token is not of your making.",
  ),
  EMERGENCY_NOT_ALLOWED: row(
    403,
    false,
    "The stage's policy does not let this role run without approvals",
    "Have the plan approved, or use a token whose role is in `emergency.roles` of the stage's policy.",
  ),
  OUTSIDE_BINDING: row(
    403,
    false,
    "The stage is bound to other places",
    "Leave out what `detail` names, or ask an admin to widen the `binding` in the policy of the stage.",
  ),
  SECRET_SHOWN_ONCE: row(
    409,
    false,
    "The secret was shown once, to the first request with this key",
    "Revoke what that request made, and make another one with a new Idempotency-Key.",
  ),
  NOT_FOUND: row(404, false, "There is nothing under this address", "Check the id and whether it is of this kind."),
  PAYLOAD_TOO_LARGE: row(413, false, "The body is too large", "Send a smaller body."),
  UNSUPPORTED_MEDIA_TYPE: row(
    415,
    false,
    "The body's media type is not understood",
    "Send JSON with `content-type: application/json`.",
  ),
  IDEMPOTENCY_KEY_REUSED: row(
    422,
    false,
    "This idempotency key was used with another body",
    "Use a new key for a new request.",
  ),
  IDEMPOTENCY_IN_PROGRESS: row(
    409,
    true,
    "The first request with this key is still running",
    "Send it again in a moment.",
  ),
  TOO_MANY_FOLLOWERS: row(
    429,
    true,
    "The token follows as many logs as it may",
    "Close a followed log, or read the log page by page; STEPBACK_MAX_FOLLOWERS sets the limit.",
  ),
  UNKNOWN_TARGET: row(422, false, "The target is not configured", "Name an entry of STEPBACK_TARGETS."),
  SCOPE_TOO_WIDE: row(
    422,
    false,
    "The scope matches everything",
    "Name stacks, or a function pattern narrower than `*`.",
  ),
  UNKNOWN_COMPONENT: row(
    422,
    false,
    "Some components were not altered",
    "Pick from `GET /v1/deployments/{id}/components`; where `detail` asks what was meant, it names the nearest.",
  ),
  DUPLICATE_COMPONENT: row(422, false, "Some components are named more than once", "Name each component once."),
  NOTHING_PICKED: row(422, false, "No component is picked", 'Name `components`, or send `components: "all"`.'),
  REASON_REQUIRED: row(422, false, "The stage asks for a reason", "Say in `reason` why."),
  STRATEGY_UNSUPPORTED: row(
    422,
    false,
    "The strategy cannot restore this component",
    "Use the strategy that `detail` names.",
  ),

  NOT_A_PACKAGE: row(
    422,
    false,
    "The bytes are not a package",
    "Send a complete tar, tar.gz or zip; `detail` says what is wrong with this one.",
  ),
  DIGEST_DIFFERS: row(
    422,
    false,
    "The bytes do not match their digest",
    "Send them again; they were changed on the way, or the digest is of another file.",
  ),
  UPLOAD_INCOMPLETE: row(400, true, "The upload ended early", "Send it again; nothing of it was kept."),
} as const satisfies Record<string, ErrorRow>;
