import { type Static, Type } from "typebox";
import type { Grant } from "../../domain/access/grants.ts";
import { ROLES } from "../../domain/access/roles.ts";
import { noun } from "../../plugins/nouns.ts";
import { subjectOf } from "../../services/token-text.ts";
import type { TokenRow } from "../../services/tokens.ts";
import { nullable, Time, timeOrNull, timeText } from "./shapes.ts";

export const RoleText = Type.Enum([...ROLES]);

const MAX_PATTERNS = 100;

/** The longest name that a pattern has to match is that of an application. */
const PatternText = Type.String({ minLength: 1, maxLength: 200 });

const PatternsBody = Type.Optional(
  Type.Array(PatternText, {
    minItems: 1,
    maxItems: MAX_PATTERNS,
    uniqueItems: true,
    description: 'By default `["*"]`',
  }),
);

/** Where a grant holds; `*` stands for any run of characters. */
export const REACH_BODY = {
  applications: PatternsBody,
  stages: PatternsBody,
  targets: PatternsBody,
  stacks: PatternsBody,
  functions: PatternsBody,
};

const Patterns = Type.Array(Type.String());

export const GrantShape = noun("Grant", (options) =>
  Type.Object(
    {
      role: RoleText,
      ...{ applications: Patterns, stages: Patterns, targets: Patterns, stacks: Patterns, functions: Patterns },
    },
    { ...options, description: "A role, and where it holds. `*` stands for any run of characters." },
  ),
);

export const TokenShape = noun("Token", (options) =>
  Type.Object(
    {
      id: Type.String(),
      name: Type.String(),
      subject: Type.String({ description: "What names the bearer in jobs, logs and the audit" }),
      grants: Type.Array(GrantShape.ref),
      createdAt: Time,
      createdBy: nullable(Type.String({ description: "null for the admin token of the settings" })),
      expiresAt: nullable(Time),
      lastUsedAt: nullable(Type.String({ ...Time, description: "To the minute" })),
      revokedAt: nullable(Time),
      revokedBy: nullable(Type.String()),
      deployment: nullable(Type.String({ description: "The only deployment that it may touch" })),
    },
    options,
  ),
);

export function presentToken(row: TokenRow): Static<typeof TokenShape.schema> {
  const { id, name, createdBy, revokedBy, deployment } = row;
  return {
    ...{ id, name, createdBy, revokedBy, deployment },
    subject: subjectOf(row),
    grants: row.grants.map(presentGrant),
    createdAt: timeText(row.createdAt),
    expiresAt: timeOrNull(row.expiresAt),
    lastUsedAt: timeOrNull(row.lastUsedAt),
    revokedAt: timeOrNull(row.revokedAt),
  };
}

export function presentGrant(grant: Grant): Static<typeof GrantShape.schema> {
  const { role, applications, stages, targets, stacks, functions } = grant;
  return {
    role,
    applications: [...applications],
    stages: [...stages],
    targets: [...targets],
    stacks: [...stacks],
    functions: [...functions],
  };
}
