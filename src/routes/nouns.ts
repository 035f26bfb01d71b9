import type { TSchema } from "typebox";
import { ErrorCodeText, ProblemShape } from "../plugins/problem-document.ts";
import { HistoryEntryShape } from "./components.ts";
import { PolicyShape } from "./stages.ts";
import { ActivityShape } from "./wire/activity.ts";
import { ApprovalShape, ApprovalStateShape } from "./wire/approval.ts";
import { AuditRowShape } from "./wire/audit.ts";
import { BuildShape, PackageShape } from "./wire/build.ts";
import { AlteredShape, DeploymentShape } from "./wire/deployment.ts";
import { KeyRotationShape, KeyShape } from "./wire/key.ts";
import { LogLineShape } from "./wire/log-line.ts";
import { OrphanShape } from "./wire/orphan.ts";
import { PinShape, RevalidationShape } from "./wire/pin.ts";
import { PLAN_NOUNS, StepShape } from "./wire/plan.ts";
import { RollbackShape } from "./wire/rollback.ts";
import { ChangeShape, ReasonText } from "./wire/shapes.ts";
import { ComponentShape, SnapshotShape } from "./wire/snapshot.ts";
import { GrantShape, TokenShape } from "./wire/token.ts";
import { FindingShape, VerificationShape } from "./wire/verification.ts";

/** Every named schema of the API. Each appears once in the OpenAPI document. */
export const NOUNS: readonly TSchema[] = [
  ErrorCodeText.schema,
  ProblemShape.schema,
  ReasonText.schema,
  ChangeShape.schema,
  ActivityShape.schema,
  DeploymentShape.schema,
  AlteredShape.schema,
  RollbackShape.schema,
  OrphanShape.schema,
  ...PLAN_NOUNS,
  StepShape.schema,
  LogLineShape.schema,
  PackageShape.schema,
  BuildShape.schema,
  SnapshotShape.schema,
  ComponentShape.schema,
  HistoryEntryShape.schema,
  PinShape.schema,
  RevalidationShape.schema,
  PolicyShape.schema,
  ApprovalShape.schema,
  ApprovalStateShape.schema,
  AuditRowShape.schema,
  GrantShape.schema,
  TokenShape.schema,
  KeyShape.schema,
  KeyRotationShape.schema,
  VerificationShape.schema,
  FindingShape.schema,
];
