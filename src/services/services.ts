import { type AccessService, createAccessService } from "./access.ts";
import { type ActivityService, createActivityService } from "./activities.ts";
import { type ApprovalService, createApprovalService } from "./approvals.ts";
import { type AuditService, createAuditService } from "./audit.ts";
import { type BuildRollbackService, createBuildRollbackService } from "./build-rollbacks.ts";
import { type BuildService, createBuildService } from "./builds.ts";
import { createDeploymentService, type DeploymentService } from "./deployments.ts";
import { createDraftService, type DraftService } from "./drafts.ts";
import { createEvidenceService, type EvidenceService } from "./evidence.ts";
import { createHealthService, type HealthService } from "./health.ts";
import { createHistoryService, type HistoryService } from "./histories.ts";
import { createIdempotencyService, type IdempotencyService } from "./idempotency.ts";
import { createKeyService, type KeyService } from "./keys.ts";
import { createLogService, type LogService } from "./logs.ts";
import { createPackageCommandService, type PackageCommandService } from "./package-commands.ts";
import { createPinService, type PinService } from "./pins.ts";
import { createRollbackService, type RollbackService } from "./rollbacks.ts";
import { createSecretTextService, type SecretTextService } from "./secret-texts.ts";
import type { ServiceDeps } from "./service-deps.ts";
import { createSessionService, type SessionService } from "./sessions.ts";
import { createSnapshotService, type SnapshotService } from "./snapshots.ts";
import { createStageService, type StageService } from "./stages.ts";
import { createTokenExchangeService, type TokenExchangeService } from "./token-exchange.ts";
import { createTokenService, type TokenService } from "./tokens.ts";
import { createVerificationService, type VerificationService } from "./verifications.ts";

/** Everything that a request can do. */
export interface Services {
  readonly access: AccessService;
  readonly activities: ActivityService;
  readonly approvals: ApprovalService;
  readonly audit: AuditService;
  readonly buildRollbacks: BuildRollbackService;
  readonly builds: BuildService;
  readonly deployments: DeploymentService;
  readonly drafts: DraftService;
  readonly evidence: EvidenceService;
  readonly health: HealthService;
  readonly histories: HistoryService;
  readonly idempotency: IdempotencyService;
  readonly keys: KeyService;
  readonly logs: LogService;
  readonly packageCommands: PackageCommandService;
  readonly pins: PinService;
  readonly rollbacks: RollbackService;
  readonly secretTexts: SecretTextService;
  readonly sessions: SessionService;
  readonly snapshots: SnapshotService;
  readonly stages: StageService;
  readonly tokenExchange: TokenExchangeService;
  readonly tokens: TokenService;
  readonly verifications: VerificationService;
}

export function createServices(deps: ServiceDeps): Services {
  const access = createAccessService(deps);
  return {
    access,
    activities: createActivityService(deps),
    approvals: createApprovalService(deps),
    audit: createAuditService(deps),
    buildRollbacks: createBuildRollbackService(deps),
    builds: createBuildService(deps),
    deployments: createDeploymentService(deps),
    drafts: createDraftService(deps),
    evidence: createEvidenceService(deps),
    health: createHealthService(deps),
    histories: createHistoryService(deps),
    idempotency: createIdempotencyService(deps),
    keys: createKeyService(deps),
    logs: createLogService(deps),
    packageCommands: createPackageCommandService(deps),
    pins: createPinService(deps),
    rollbacks: createRollbackService(deps),
    secretTexts: createSecretTextService(deps),
    sessions: createSessionService(deps, access),
    snapshots: createSnapshotService(deps),
    stages: createStageService(deps),
    tokenExchange: createTokenExchangeService(deps, access),
    tokens: createTokenService(deps),
    verifications: createVerificationService(deps),
  };
}
