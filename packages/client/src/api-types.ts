// Generated from openapi/openapi.json by scripts/generate-openapi.ts. Do not edit.

export interface paths {
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process responds */
        get: operations["isAlive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether requests can be served: the store can be read and written, its keys are at hand, jobs are delivered, and the service is not stopping */
        get: operations["isReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/exchange": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange the OIDC token of a pipeline for one that lasts as long as a deployment of its own (RFC 8693)
         * @description For pipelines whose tokens live minutes and cannot be fetched again. The new token is for that deployment alone, and ends five minutes after the deployment and the rollback that it asked for, after twelve hours at the latest. A repeat makes another token.
         */
        post: operations["exchangeToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign a browser in with a token
         * @description Sets a cookie that scripts cannot read and that takes the place of the token: for 12 hours, until 30 minutes passed without a request, or until the token ends. Requests with it that change something carry `X-Stepback-Page: 1` and come from the service's own origin. Who is signed in says `GET /v1/me`.
         */
        post: operations["openSession"];
        /** Sign the browser out */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who you are, and what you may do */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what, newest first */
        get: operations["listAuditRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The signed state of the log: keep it elsewhere, and later nothing before it can have changed unseen */
        get: operations["getAuditCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The records up to now, oldest first, as a file that can be checked without the service */
        get: operations["exportAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keys under which everything is sealed, and what wraps each; never a key itself */
        get: operations["listKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/rotations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rotations, newest first, with who asked for them */
        get: operations["listKeyRotations"];
        put?: never;
        /** Wrap every key by a new version of the master key, or by the one that the settings name now, while the service works */
        post: operations["rotateKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/rotations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One rotation, and how far it has come */
        get: operations["getKeyRotation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Verifications, newest first, with what they found in numbers */
        get: operations["listVerifications"];
        put?: never;
        /** Check all that is stored against its digests; one that is under way is not started twice */
        post: operations["verifyData"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verifications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One verification, and how far it has come */
        get: operations["getVerification"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verifications/{id}/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a verification found, with what can no longer be restored */
        get: operations["listFindings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tokens, newest first, without their secrets and with the revoked ones */
        get: operations["listTokens"];
        put?: never;
        /** Make a token; it is shown in this answer only */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a token; its open streams end within seconds */
        delete: operations["revokeToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Deployments, newest first */
        get: operations["listDeployments"];
        put?: never;
        /** Open a deployment and take its backup */
        post: operations["openDeployment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One deployment; can wait for its backup or its end */
        get: operations["getDeployment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments/{id}/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Report the outcome of the deploy, and record the state after it */
        post: operations["finishDeployment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a deployment that will not be finished */
        post: operations["cancelDeployment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments/{id}/drill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rehearse the rollback of everything that it altered, without changing anything
         * @description Returns a draft that can only be planned. Its plan says what would be refused, and how long a run would take.
         */
        post: operations["drillDeployment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments/{id}/components": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The components that the deployment altered */
        get: operations["listAlteredComponents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The job's log, oldest first */
        get: operations["listDeploymentLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments/{id}/logs/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow the job's log as server-sent events
         * @description `id:` is the line's `seq`, and `data:` the line. Resumes after `Last-Event-ID`. An `end` event follows the last line of an ended job.
         */
        get: operations["streamDeploymentLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments/{id}/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Evidence of an ended job that can be checked without the service: its records, plan, result and log, signed */
        get: operations["getDeploymentEvidence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rollbacks, newest first */
        get: operations["listRollbacks"];
        put?: never;
        /** Restore picked components, or open a draft; with `rollback`, undo one; with `snapshot`, restore its states */
        post: operations["openRollback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One rollback; can wait for its end
         * @description A draft has no job, so the response comes at once. To wait for its plan, wait for `/plan`.
         */
        get: operations["getRollback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks/{id}/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The latest plan; can wait for it */
        get: operations["getPlan"];
        put?: never;
        /** Plan a draft */
        post: operations["planRollback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks/{id}/components": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The result for each component; empty before the rollback has begun */
        get: operations["listRollbackComponents"];
        put?: never;
        /** Add components to a draft */
        post: operations["addComponents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks/{id}/orphans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Resources that it left in the account: a policy retains them, and they no longer belong to any stack */
        get: operations["listRollbackOrphans"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a rollback between two actions; a draft ends at once */
        post: operations["cancelRollback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks/{id}/components/{componentId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a picked component from a draft */
        delete: operations["removeComponent"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks/{id}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run the plan that the caller has read */
        post: operations["runRollback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks/{id}/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every decision about its plans, oldest first */
        get: operations["listApprovals"];
        put?: never;
        /**
         * Approve the latest plan of a draft, or refuse it
         * @description Holds for this plan with its account, region, options and consent; another plan needs other approvals. A person's last decision counts. A refusal holds the run back until the same person approves.
         */
        post: operations["decideRollback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks/{id}/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Close an emergency: somebody else has looked at what ran without approvals */
        post: operations["reviewRollback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks/{id}/output": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Append the output of the external command to the log of a rollback by package */
        post: operations["appendRollbackOutput"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks/{id}/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Report the outcome of the external command of a rollback by package, and verify the result */
        post: operations["finishRollbackCommand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The job's log, oldest first */
        get: operations["listRollbackLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks/{id}/logs/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow the job's log as server-sent events
         * @description `id:` is the line's `seq`, and `data:` the line. Resumes after `Last-Event-ID`. An `end` event follows the last line of an ended job.
         */
        get: operations["streamRollbackLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollbacks/{id}/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Evidence of an ended job that can be checked without the service: its records, plan, result and log, signed */
        get: operations["getRollbackEvidence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Deploy and Rollback jobs in one list, newest first */
        get: operations["listActivities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/snapshots/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One snapshot */
        get: operations["getSnapshot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/snapshots/{id}/components": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The components of a snapshot; none before it is ready */
        get: operations["listSnapshotComponents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/snapshots/{id}/components/{componentId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One captured component */
        get: operations["getSnapshotComponent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/snapshots/{id}/components/{componentId}/artifact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The bytes of a component, such as a function's zip */
        get: operations["getSnapshotArtifact"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{application}/stages/{stage}/builds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Builds of a stage with their deployments and packages, newest first */
        get: operations["listBuilds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{application}/stages/{stage}/builds/{build}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One build */
        get: operations["getBuild"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{application}/stages/{stage}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a stage to the state after a build's last successful deployment
         * @description With `package`, an external command deploys the stored package of that service. The command may run once the status is `In Progress`; its output goes to `/v1/rollbacks/{id}/output` and its outcome to `/v1/rollbacks/{id}/finish`.
         */
        post: operations["rollBackToBuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{application}/stages/{stage}/builds/{build}/packages/{service}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The bytes of a package */
        get: operations["getPackage"];
        /**
         * Store the package of a service, as a tar, tar.gz or zip; it never changes afterwards
         * @description Storing the same bytes again returns 200; other bytes return 409. `content-digest` (RFC 9530, sha-256) or `x-content-sha256` (hexadecimal) is checked. A refused upload leaves nothing behind.
         */
        put: operations["storePackage"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/components/{componentId}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every state of a component, newest first; each can be restored from its snapshot */
        get: operations["listComponentHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Pins, newest first */
        get: operations["listPins"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pins/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One pin */
        get: operations["getPin"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pins/{id}/clear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Allow what was rolled back to be deployed again, with a reason */
        post: operations["clearPin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{application}/stages/{stage}/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The policy of a stage */
        get: operations["getStagePolicy"];
        /** Set the whole policy of a stage; it takes effect at once */
        put: operations["putStagePolicy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{application}/stages/{stage}/policy/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Agree to a policy that asks for fewer approvals than the present one, or refuse it
         * @description A looser policy can be set once as many others have agreed to it as it takes approvals away.
         */
        post: operations["decideStagePolicy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{application}/stages/{stage}/revalidations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Branches and builds that were rolled back, newest first */
        get: operations["listRevalidations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{application}/stages/{stage}/revalidations/{id}/clear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Declare a branch or a build good again, with a reason */
        post: operations["clearRevalidation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description A code of the error table
         * @enum {unknown}
         */
        ErrorCode: "VALIDATION_FAILED" | "UNAUTHENTICATED" | "TOO_MANY_FAILED_LOGINS" | "TOO_MANY_REQUESTS" | "TOO_MANY_OPEN_REQUESTS" | "FORBIDDEN" | "REQUEST_NOT_OF_PAGE" | "OUTSIDE_GRANT" | "NOT_BY_REQUESTER" | "EMERGENCY_NOT_ALLOWED" | "OUTSIDE_BINDING" | "UNSUPPORTED_GRANT_TYPE" | "TOKEN_NOT_EXCHANGEABLE" | "EXCHANGE_TARGET_REFUSED" | "SECRET_SHOWN_ONCE" | "SECRET_IN_NAME" | "NOT_FOUND" | "PAYLOAD_TOO_LARGE" | "MALFORMED_REQUEST" | "HEADERS_TOO_LARGE" | "REQUEST_TOO_SLOW" | "UNSUPPORTED_MEDIA_TYPE" | "IDEMPOTENCY_KEY_REUSED" | "IDEMPOTENCY_IN_PROGRESS" | "TOO_MANY_FOLLOWERS" | "UNKNOWN_TARGET" | "SCOPE_TOO_WIDE" | "UNKNOWN_COMPONENT" | "DUPLICATE_COMPONENT" | "NOTHING_PICKED" | "REASON_REQUIRED" | "STRATEGY_UNSUPPORTED" | "NOT_A_PACKAGE" | "DIGEST_DIFFERS" | "UPLOAD_INCOMPLETE" | "DEPLOYMENT_IN_PROGRESS" | "ROLLBACK_IN_PROGRESS" | "DEPLOYMENT_NOT_COMPLETED" | "DEPLOYMENT_NOT_FINISHED" | "NOTHING_ALTERED" | "BACKUP_NOT_READY" | "ALREADY_FINISHED" | "OUTCOME_DIFFERS" | "NOT_A_DRAFT" | "PLAN_MISSING" | "PLAN_STALE" | "APPROVAL_NEEDED" | "NOT_AN_EMERGENCY" | "DRILL_ONLY" | "NOT_ACTIVE" | "PINNED" | "ROLLBACK_NOT_FINISHED" | "PACKAGE_DIFFERS" | "BUILD_NOT_SUCCESSFUL" | "SEVERAL_TARGETS" | "SEVERAL_DEPLOYMENTS" | "NO_COMMAND_AWAITED" | "PLAN_REFUSED" | "JOB_FAULT" | "VERIFY_FAILED" | "STEP_FAILED" | "EFFECT_UNKNOWN" | "RECORD_FAILED" | "DEPLOY_FAILED" | "COMMAND_FAILED" | "CANCELLED" | "RESTORED" | "ABANDONED" | "WRONG_TARGET" | "INCOMPLETE_BACKUP" | "KIND_UNKNOWN" | "OWNED_BY_STACK" | "REQUIRES_COMPONENT" | "TRIGGER_ELSEWHERE" | "IMMUTABLE_FIELD" | "LIVE_UNREADABLE" | "STATEMENT_LOST" | "CONFIGURATION_TOO_LARGE" | "LIMIT_EXCEEDED" | "LAYER_GONE" | "SIGNING_CONFIG_GONE" | "REFERENCE_GONE" | "VERSION_GONE" | "CONFLICT" | "DESTRUCTIVE" | "LOSS_TOLD" | "SCOPE_MATCHED_NOTHING" | "ROLLBACK_NOT_CERTAIN" | "STAGING_BUCKET_NEEDED" | "ARTIFACT_MISSING" | "STACK_NOT_UPDATABLE" | "SPLICE_IMPOSSIBLE" | "CHANGE_SET_WIDER" | "STACK_POLICY_DENIES" | "OWNED_ELSEWHERE" | "NOECHO_VALUE_LOST" | "EXPORT_IN_USE" | "EXPORT_MISSING" | "EXPORT_TAKEN" | "ORDER_IMPOSSIBLE" | "NESTED_STACK" | "IMAGE_NOT_KEPT" | "VALUE_LOOKED_UP" | "NESTED_TEMPLATES" | "TEMPLATE_UNREADABLE" | "LIMIT_UNCHECKED" | "REFERENCE_UNCHECKED" | "TRAFFIC_SHIFTS" | "LEAVES_STACK_BEHIND" | "OVERWRITES_LATER_DEPLOYMENT" | "VALUE_ROLLED_BACK" | "TEMPLATE_TEXT_STAYS" | "PHYSICAL_ID_CHANGED" | "SECRET_KEPT" | "RESOURCE_RETAINED" | "RESOURCE_NOT_FOUND_AGAIN" | "RESOURCE_IMPORTED" | "VERSION_NOT_KEPT" | "LATEST_CHANGED_BRIEFLY" | "PARTLY_COMPARED" | "OTHER_RUNTIME_PATCH" | "LAYER_REPUBLISHED" | "CODE_RELOCATED" | "RUNTIME_BLOCKED" | "EFFECT_NEEDS_MORE" | "AWS_THROTTLED" | "AWS_DENIED" | "AWS_CREDENTIALS" | "AWS_NOT_FOUND" | "AWS_IN_PROGRESS" | "AWS_PRECONDITION" | "AWS_REJECTED" | "AWS_UNSUPPORTED" | "AWS_LIMIT" | "AWS_ANSWER_TOO_LARGE" | "AWS_ANSWER_UNREADABLE" | "AWS_UNAVAILABLE" | "LEASE_LOST" | "SHUTTING_DOWN" | "OVERLOADED" | "FENCED" | "DISK_FULL" | "STORE_UNAVAILABLE" | "KEY_UNAVAILABLE" | "KEY_DENIED" | "KEY_DISABLED" | "KEY_LOST" | "KEY_FILE_READ_ONLY" | "INVALID_SETTINGS" | "INTERNAL";
        Problem: {
            /** @description The URN of the code */
            type: string;
            title: string;
            status: number;
            detail: string;
            code: components["schemas"]["ErrorCode"];
            /** @description What to do next */
            advice: string;
            /** @description Whether the same request may succeed later */
            retryable: boolean;
            /** @description The refused request, as the service's log names it; absent where a job ended so */
            requestId?: string;
            /** @description All faults of the request */
            errors?: {
                /** @description JSON pointer into the body, or the name of a query parameter */
                pointer?: string;
                code?: components["schemas"]["ErrorCode"];
                detail: string;
            }[];
        };
        Reason: {
            code: components["schemas"]["ErrorCode"];
            detail: string;
        };
        /** @description A missing side did not exist. Secrets show as `{ "secret": fingerprint }`. */
        Change: {
            /** @description JSON pointer into the settings */
            path: string;
            /**
             * @description Where sides differ that may look alike, because a secret shows as `{ "secret": "set" }`
             * @enum {boolean}
             */
            changed?: true;
            before?: unknown;
            deployed?: unknown;
            live?: unknown;
        };
        Activity: {
            id: string;
            /** @enum {unknown} */
            type: "deploy" | "rollback";
            /**
             * @description `Draft` is a rollback that has no job yet
             * @enum {unknown}
             */
            status: "Draft" | "Queued" | "In Progress" | "Completed" | "Exception";
            application: string;
            stage: string;
            branch: string | null;
            commit: string | null;
            build: string | null;
            target: {
                name: string;
                account: string | null;
                region: string | null;
            };
            requestedBy: string;
            reason: string | null;
            ticket: string | null;
            /** Format: date-time */
            createdAt: string;
            startedAt: string | null;
            finishedAt: string | null;
            cancelRequestedAt: string | null;
            error: components["schemas"]["Problem"] | null;
            /** @description Whether its branch or build was rolled back and has not been deployed successfully since */
            needsRevalidation: boolean;
        };
        /** @description A Deploy job. The caller may deploy once `snapshot.status` is `Ready`. `record` is the snapshot after the deploy, and `rollback` the rollback that `onFailure` started. */
        Deployment: {
            id: string;
            /** @enum {string} */
            type: "deploy";
            /**
             * @description `Draft` is a rollback that has no job yet
             * @enum {unknown}
             */
            status: "Draft" | "Queued" | "In Progress" | "Completed" | "Exception";
            application: string;
            stage: string;
            branch: string | null;
            commit: string | null;
            build: string | null;
            target: {
                name: string;
                account: string | null;
                region: string | null;
            };
            requestedBy: string;
            reason: string | null;
            ticket: string | null;
            /** Format: date-time */
            createdAt: string;
            startedAt: string | null;
            finishedAt: string | null;
            cancelRequestedAt: string | null;
            error: components["schemas"]["Problem"] | null;
            /** @description Whether its branch or build was rolled back and has not been deployed successfully since */
            needsRevalidation: boolean;
            scope: {
                stacks: string[];
                functions: string[];
            };
            /** @enum {unknown} */
            onFailure: "none" | "rollback";
            /** @description Consent to what is lost: `true` to what the plan names and nothing that the run meets later; a list of component ids and logical ids to what it names, also where the run meets it */
            allowDestructive: boolean | string[];
            snapshot: {
                id: string;
                /** @enum {unknown} */
                status: "Pending" | "Ready" | "Failed";
                components: number;
                /** @description How many of the components are incomplete, and so cannot be restored */
                incomplete: number;
                bytes: number;
            };
            record: {
                id: string;
                /** @enum {unknown} */
                status: "Pending" | "Ready" | "Failed";
                components: number;
                /** @description How many of the components are incomplete, and so cannot be restored */
                incomplete: number;
                bytes: number;
            } | null;
            outcome: ("succeeded" | "failed") | null;
            message: string | null;
            altered: {
                added: number;
                modified: number;
                deleted: number;
            } | null;
            readiness: {
                reversible: number;
                "reversible-with-loss": number;
                irreversible: number;
            } | null;
            /** @description What somebody should know before the deploy: pins on its build or commit and, once the backup is ready, entries of its scope that match nothing */
            warnings: components["schemas"]["Reason"][];
            /** @description Altered components that are in a state that was rolled back before */
            pinned: {
                /** @description `kind:name`, percent-encoded in paths */
                component: string;
                pin: string;
            }[];
            /** @description How many components of the backup need stored bytes that are known to be damaged; they count as `irreversible` until the bytes are stored again */
            damaged: number;
            rollbackable: boolean;
            notRollbackableReason: components["schemas"]["ErrorCode"] | null;
            rollback: string | null;
        };
        /** @description A component that the deployment altered: its state before differs from its deployed state */
        AlteredComponent: {
            /** @description `kind:name`, percent-encoded in paths */
            id: string;
            /** @enum {unknown} */
            kind: "stack" | "stack-resource" | "lambda-config" | "lambda-code" | "lambda-runtime" | "lambda-alias" | "lambda-async" | "lambda-policy" | "lambda-url" | "lambda-trigger" | "lambda-concurrency" | "lambda-tags";
            name: string;
            displayName: string | null;
            /** @enum {unknown} */
            change: "added" | "modified" | "deleted";
            parent: string | null;
            physicalId: string | null;
            before: string | null;
            deployed: string | null;
            diff: components["schemas"]["Change"][];
            /** @enum {unknown} */
            readiness: "reversible" | "reversible-with-loss" | "irreversible";
            reasons: components["schemas"]["ErrorCode"][];
            /** @description The reasons with their details */
            details: components["schemas"]["Reason"][];
        };
        /** @description A Rollback job or its draft. `deployment` is the newest of `deployments`; it is null for an undo and for a restore, whose snapshot is in `restores`. A `drill` is planned and never run. `components` are the picked ones. `snapshot` is the backup that the rollback takes before it runs. `planDigest` is the approved plan. The `error` of a draft says why its planning failed. `toBuild` is the build whose state is restored; with `package`, an external command deploys the package while the status is `In Progress`, and `outcome` is what that command reported. */
        Rollback: {
            id: string;
            /** @enum {string} */
            type: "rollback";
            /**
             * @description `Draft` is a rollback that has no job yet
             * @enum {unknown}
             */
            status: "Draft" | "Queued" | "In Progress" | "Completed" | "Exception";
            application: string;
            stage: string;
            branch: string | null;
            commit: string | null;
            build: string | null;
            target: {
                name: string;
                account: string | null;
                region: string | null;
            };
            requestedBy: string;
            reason: string | null;
            ticket: string | null;
            /** Format: date-time */
            createdAt: string;
            startedAt: string | null;
            finishedAt: string | null;
            cancelRequestedAt: string | null;
            error: components["schemas"]["Problem"] | null;
            /** @description Whether its branch or build was rolled back and has not been deployed successfully since */
            needsRevalidation: boolean;
            deployment: string | null;
            deployments: string[];
            undoes: string | null;
            toBuild: string | null;
            package: {
                service: string;
                /** @description SHA-256, 64 hexadecimal digits */
                digest: string;
            } | null;
            outcome: ("succeeded" | "failed") | null;
            restores: string | null;
            drill: boolean;
            components: string[];
            /** @enum {unknown} */
            strategy: "auto" | "stack" | "direct";
            /** @enum {unknown} */
            onConflict: "fail" | "restore" | "keep-live";
            /** @enum {unknown} */
            onError: "stop" | "continue" | "compensate";
            /** @description Consent to what is lost: `true` to what the plan names and nothing that the run meets later; a list of component ids and logical ids to what it names, also where the run meets it */
            allowDestructive: boolean | string[];
            /** @description Consent to continue the failed rollback of stacks in UPDATE_ROLLBACK_FAILED. The keys are names of stacks; the values are the resources to skip, if any: `LogicalId`, or `NestedStackName.LogicalId` in a nested stack */
            continueUpdateRollback: {
                [key: string]: string[];
            };
            includeFailed: boolean;
            planDigest: string | null;
            result: {
                restored: number;
                removed: number;
                recreated: number;
                unchanged: number;
                skipped: number;
                failed: number;
            } | null;
            snapshot: string | null;
            waiver: ("emergency" | "compensation" | "auto-rollback") | null;
            review: {
                /** Format: date-time */
                dueAt: string;
                by: string | null;
                at: string | null;
                comment: string | null;
            } | null;
            approvals?: components["schemas"]["ApprovalState"];
        };
        /** @description A resource that stays in the account and no longer belongs to any stack */
        Orphan: {
            /** @description `kind:name`, percent-encoded in paths */
            component: string;
            /** @description Such as `AWS::DynamoDB::Table` */
            type: string;
            physicalId: string;
            identifier: {
                [key: string]: string;
            } | null;
            /** @description How to import it into its stack again */
            wayBack: string;
        };
        /** @description An earlier update of the stack that keeps exports which other stacks still import */
        Bridge: {
            /** @description Stacks of one wave are restored in parallel, and so are functions */
            wave: number;
            /** @description Why the step has this place in the order */
            position: string;
            keeps: string[];
        };
        /** @description An earlier pass that lowers what AWS bounds before other steps take it */
        Lowering: {
            /** @description Stacks of one wave are restored in parallel, and so are functions */
            wave: number;
            /** @description Why the step has this place in the order */
            position: string;
        };
        /** @description Something that a step loses. `data` and `address` need consent by `id`, or by the logical id in it; `told` does not */
        Loss: {
            /** @description `kind:name`, percent-encoded in paths */
            id: string;
            /** @enum {unknown} */
            class: "data" | "address" | "told";
            /** @description The CloudFormation type of what is lost */
            type: string;
            detail: string;
        };
        /** @description `via` names the picked container whose step restores this component */
        PlanStep: {
            order: number;
            /** @description Stacks of one wave are restored in parallel, and so are functions */
            wave: number;
            /** @description Why the step has this place in the order */
            position: string;
            /** @description Components whose steps must not have failed before it */
            after: string[];
            bridges: components["schemas"]["Bridge"][];
            changeSet: {
                /** @enum {unknown} */
                gated: "before the run" | "at its turn";
                why: string | null;
            } | null;
            lowers: components["schemas"]["Lowering"][];
            /** @description `kind:name`, percent-encoded in paths */
            component: string;
            displayName: string | null;
            /** @enum {unknown} */
            action: "restore" | "remove" | "recreate" | "unchanged" | "refused";
            /**
             * @description Through CloudFormation, or directly through the Lambda API
             * @enum {unknown}
             */
            strategy: "stack" | "direct";
            via: string | null;
            conflict: boolean;
            /** @description Whether it loses something that needs consent */
            destructive: boolean;
            losses: components["schemas"]["Loss"][];
            reasons: components["schemas"]["ErrorCode"][];
            /** @description The reasons with their details */
            details: components["schemas"]["Reason"][];
            diff: components["schemas"]["Change"][];
        };
        /** @description What a rollback will do. Approve it by its digest. */
        Plan: {
            /** @description HMAC-SHA-256 under a key of the target, 64 hexadecimal digits: equal for equal settings of one target */
            digest: string;
            /** Format: date-time */
            plannedAt: string;
            steps: components["schemas"]["PlanStep"][];
            refusals: number;
            conflicts: number;
            destructive: number;
            /** @description An estimate of what running the plan takes */
            expected: {
                calls: {
                    service: string;
                    operation: string;
                    count: number;
                }[];
                seconds: number;
                /** @description The minimum that AWS's quotas allow */
                pacingSeconds: number;
                /** @description Steps whose duration is taken from earlier rollbacks */
                measuredSteps: number;
            };
        };
        /** @description One component of a running or ended rollback */
        RollbackComponent: {
            order: number;
            /** @description `kind:name`, percent-encoded in paths */
            component: string;
            displayName: string | null;
            /** @enum {unknown} */
            action: "restore" | "remove" | "recreate" | "unchanged" | "refused";
            /** @enum {unknown} */
            status: "Pending" | "Running" | "Restored" | "Removed" | "Recreated" | "Unchanged" | "Skipped" | "Failed";
            verified: boolean | null;
            /**
             * @description Through CloudFormation, or directly through the Lambda API
             * @enum {unknown}
             */
            strategy: "stack" | "direct";
            warnings: components["schemas"]["ErrorCode"][];
            error: components["schemas"]["Problem"] | null;
            startedAt: string | null;
            finishedAt: string | null;
        };
        LogLine: {
            seq: number;
            /** Format: date-time */
            at: string;
            /** @enum {unknown} */
            level: "debug" | "info" | "warn" | "error";
            component: string | null;
            displayName: string | null;
            step: number | null;
            message: string;
            aws: {
                service: string;
                operation: string;
                requestId: string | null;
                attempt: number;
            } | null;
        };
        /** @description The packaged output of one service. It never changes once it is stored. */
        Package: {
            service: string;
            commit: string;
            /** @enum {unknown} */
            format: "tar" | "tar.gz" | "zip";
            /** @description SHA-256, 64 hexadecimal digits */
            digest: string;
            bytes: number;
            storedBy: string;
            /** Format: date-time */
            storedAt: string;
        };
        /** @description A build of a stage, as its deployments and packages name it */
        Build: {
            /** @description The name that CI gave it; it is unique within its stage only */
            build: string;
            application: string;
            stage: string;
            commit: string | null;
            /**
             * Format: date-time
             * @description The time of its first deployment or package
             */
            createdAt: string;
            /** @description Newest first */
            deployments: {
                id: string;
                /**
                 * @description `Draft` is a rollback that has no job yet
                 * @enum {unknown}
                 */
                status: "Draft" | "Queued" | "In Progress" | "Completed" | "Exception";
                outcome: ("succeeded" | "failed") | null;
                target: string;
                /** Format: date-time */
                createdAt: string;
                finishedAt: string | null;
            }[];
            packages: components["schemas"]["Package"][];
        };
        /** @description Immutable states of components at one point in time */
        Snapshot: {
            id: string;
            /** @enum {unknown} */
            purpose: "backup" | "record";
            /** @description The deployment or rollback that owns it */
            activity: string;
            /** @enum {unknown} */
            status: "Pending" | "Ready" | "Failed";
            takenAt: string | null;
            components: number;
            /** @description How many of the components are incomplete, and so cannot be restored */
            incomplete: number;
            bytes: number;
            /** @description What of its scope the snapshot does not hold, and why */
            coverage: {
                what: string;
                why: string;
                /** @description What it belongs to; at most 100 of them */
                components: string[];
                count: number;
            }[];
        };
        /** @description A captured state. Secrets show as `{ "secret": fingerprint }`. `readiness` says how well the state could be restored when a deployment's backup was taken; it is null in every other snapshot. */
        SnapshotComponent: {
            /** @description `kind:name`, percent-encoded in paths */
            id: string;
            /** @enum {unknown} */
            kind: "stack" | "stack-resource" | "lambda-config" | "lambda-code" | "lambda-runtime" | "lambda-alias" | "lambda-async" | "lambda-policy" | "lambda-url" | "lambda-trigger" | "lambda-concurrency" | "lambda-tags";
            name: string;
            displayName: string | null;
            parent: string | null;
            physicalId: string | null;
            /** @description HMAC-SHA-256 under a key of the target, 64 hexadecimal digits: equal for equal settings of one target */
            digest: string;
            incomplete: string | null;
            readiness: ("reversible" | "reversible-with-loss" | "irreversible") | null;
            reasons: components["schemas"]["ErrorCode"][];
            /** @description The reasons with their details */
            details: components["schemas"]["Reason"][];
            settings: unknown;
            evidence: unknown;
            artifacts: {
                /** @description SHA-256, 64 hexadecimal digits */
                digest: string;
                bytes: number;
            }[];
        };
        /** @description A state of one component, with the first snapshot that saw it. `made` says whether the activity made the state; otherwise its backup found the state, and something else had made it. `digest` is null when the component was gone. */
        HistoryEntry: {
            digest: string | null;
            incomplete: string | null;
            /** Format: date-time */
            takenAt: string;
            snapshot: string;
            made: boolean;
            activity: components["schemas"]["Activity"];
        };
        /** @description Names what one rollback rolled back. `digest` is the state that the deployment had made; it is null when the deployment had deleted the component. `supersededBy` is the rollback that restored exactly this state. */
        Pin: {
            id: string;
            rollback: string;
            application: string;
            stage: string;
            target: string;
            active: boolean;
            builds: string[];
            commits: string[];
            components: {
                /** @description `kind:name`, percent-encoded in paths */
                component: string;
                digest: string | null;
                codeSha256: string | null;
                supersededBy: string | null;
            }[];
            /** Format: date-time */
            createdAt: string;
            cleared: {
                /** Format: date-time */
                at: string;
                by: string;
                reason: string;
            } | null;
        };
        /** @description A branch or a build that was rolled back and has not been deployed successfully since */
        Revalidation: {
            id: string;
            application: string;
            stage: string;
            /** @enum {unknown} */
            subject: "branch" | "build";
            name: string;
            open: boolean;
            rollback: string;
            /** Format: date-time */
            createdAt: string;
            closedAt: string | null;
            closedBy: string | null;
            cleared: {
                /** Format: date-time */
                at: string;
                by: string;
                reason: string;
            } | null;
        };
        /** @description What a stage demands of deployments and rollbacks. `updatedAt` and `updatedBy` are null for the defaults. */
        StagePolicy: {
            /** @enum {unknown} */
            pins: "warn" | "refuse";
            binding: {
                target: string;
                stacks: string[];
                functions: string[];
            } | null;
            /** @description How many people have to approve a plan before it runs, who does not count, and for how long it holds */
            approvals: {
                required: number;
                notByRequester: boolean;
                validForMinutes: number;
            };
            /** @description The roles that may run without approvals, with a reason */
            emergency: {
                roles: ("ci" | "operator" | "approver" | "auditor" | "admin")[];
            };
            autoRollback: boolean;
            requireReason: boolean;
            askForTold: boolean;
            secretKeys: string[];
            shownKeys: string[];
            updatedAt: string | null;
            updatedBy: string | null;
        };
        Approval: {
            by: string;
            /** @enum {unknown} */
            decision: "approve" | "refuse";
            comment: string | null;
            /** Format: date-time */
            at: string;
        };
        /** @description How far the approvals of the latest plan have come */
        ApprovalState: {
            required: number;
            given: number;
            missing: number;
            /** @description Whose refusal holds the run back until they approve */
            refusedBy: string[];
        };
        /** @description A record, and the texts about people that stand in it as salted hashes */
        AuditRow: {
            record: {
                /** @description The version of the format */
                v: number;
                /** @description Without a gap */
                seq: number;
                /** Format: date-time */
                at: string;
                actor: {
                    subject: string;
                    method: string;
                } & {
                    [key: string]: unknown;
                };
                /** @description The operation of the API, or what a job did */
                action: string;
                subject: {
                    type: string;
                    id: string;
                    component?: string;
                } & {
                    [key: string]: unknown;
                };
                /** @description The call of AWS that the record is about */
                aws?: {
                    service: string;
                    operation: string;
                } & {
                    [key: string]: unknown;
                };
                /** @description `done`, `repeated`, or the code of an error */
                outcome: string;
                previous: string;
                /** @description SHA-256 over the canonical record without this member */
                hash: string;
            } & {
                [key: string]: unknown;
            };
            texts: {
                /** @description Where its hash stands in the record */
                pointer: string;
                salt: string;
                value: string;
            }[];
        };
        /** @description A role, and where it holds. `*` stands for any run of characters. */
        Grant: {
            /** @enum {unknown} */
            role: "ci" | "operator" | "approver" | "auditor" | "admin";
            applications: string[];
            stages: string[];
            targets: string[];
            stacks: string[];
            functions: string[];
        };
        Token: {
            id: string;
            name: string;
            /** @description What names the bearer in jobs, logs and the audit */
            subject: string;
            grants: components["schemas"]["Grant"][];
            /** Format: date-time */
            createdAt: string;
            createdBy: string | null;
            expiresAt: string | null;
            lastUsedAt: string | null;
            revokedAt: string | null;
            revokedBy: string | null;
            deployment: string | null;
        };
        Key: {
            /** @description `dk_…`, as rows and files name it */
            id: string;
            /** @enum {unknown} */
            purpose: "data" | "digest" | "name" | "fingerprint" | "audit";
            /** @description What it seals: `target/NAME`, `package/APPLICATION/STAGE` or `installation` */
            scope: string;
            period: string | null;
            /** @description What wraps it: a version of the master key file (`mk_…`), or the ARN of a key of KMS */
            master: string;
            recovery: string | null;
            /** @description Whether those are the ones of the settings; a rotation makes it so */
            current: boolean;
            /** Format: date-time */
            createdAt: string;
        };
        KeyRotation: {
            /** @description `rot_…` */
            id: string;
            /** @enum {unknown} */
            status: "Queued" | "In Progress" | "Completed" | "Exception";
            /** @description Subject of the principal */
            requestedBy: string;
            /** Format: date-time */
            requestedAt: string;
            master: string | null;
            /** @description Keys that have been wrapped again so far */
            keys: number;
            /** @description Keys that are lost, and stay as they are */
            skipped: number;
            startedAt: string | null;
            finishedAt: string | null;
            error: components["schemas"]["ErrorCode"] | null;
        };
        /** @description A check of all that is stored against its digests. All is well where it is Completed with `damaged: 0`. */
        Verification: {
            /** @description `ver_…` */
            id: string;
            /** @enum {unknown} */
            status: "Queued" | "In Progress" | "Completed" | "Exception";
            /** @description Subject of the principal */
            requestedBy: string;
            /** Format: date-time */
            requestedAt: string;
            /** @description Whether the bytes of artifacts and packages are read; otherwise only that they are there, and how long */
            readData: boolean;
            subset: string | null;
            /** @description Rows with sealed values that were opened so far */
            rows: number;
            /** @description Records of the audit that were checked */
            records: number;
            /** @description Files that were looked at */
            files: number;
            /** @description Bytes that were read and are whole */
            bytes: number;
            /** @description Findings of damage */
            damaged: number;
            /** @description Whole files that nothing refers to; they harm nothing */
            leftOver: number;
            startedAt: string | null;
            finishedAt: string | null;
            error: components["schemas"]["ErrorCode"] | null;
        };
        Finding: {
            /** @enum {unknown} */
            kind: "state" | "artifact" | "package" | "row" | "record" | "database" | "file";
            /** @description A digest, the row, the record or the file */
            name: string;
            /** @enum {unknown} */
            damage: "lost" | "cut" | "extended" | "swapped" | "altered" | "unreadable" | "left-over";
            detail: string;
            /** @description How many components of snapshots, or packages, can no longer be restored */
            lost: number;
            /** @description The first 200 of them */
            losses: {
                activity: string | null;
                snapshot: string | null;
                component: string | null;
                package: string | null;
            }[];
        };
    };
    responses: {
        /** @description `VALIDATION_FAILED`: The request is not valid */
        "400-VALIDATION_FAILED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `UNAUTHENTICATED`: No valid token was sent */
        "401-UNAUTHENTICATED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `REQUEST_NOT_OF_PAGE`: The browser is signed in, but the request does not come from the page */
        "403-REQUEST_NOT_OF_PAGE": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `PAYLOAD_TOO_LARGE`: The body is too large */
        "413-PAYLOAD_TOO_LARGE": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `UNSUPPORTED_MEDIA_TYPE`: The body's media type is not understood */
        "415-UNSUPPORTED_MEDIA_TYPE": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `TOO_MANY_FAILED_LOGINS`: Too many log-ins from this address failed. `TOO_MANY_REQUESTS`: The principal sends more requests than it may */
        "429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `INTERNAL`: An internal error occurred */
        "500-INTERNAL": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `STORE_UNAVAILABLE`: The database or the folder of artifacts cannot be used at the moment. `SHUTTING_DOWN`: The service is stopping. `FENCED`: Another service has taken over the data folder */
        "503-STORE_UNAVAILABLE-SHUTTING_DOWN-FENCED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `DISK_FULL`: The disk of the service is full */
        "507-DISK_FULL": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `TOO_MANY_FAILED_LOGINS`: Too many log-ins from this address failed. `TOO_MANY_REQUESTS`: The principal sends more requests than it may. `TOO_MANY_OPEN_REQUESTS`: The principal has as many requests under way as it may */
        "429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `INTERNAL`: An internal error occurred. `KEY_LOST`: The key of stored data is lost */
        "500-INTERNAL-KEY_LOST": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `STORE_UNAVAILABLE`: The database or the folder of artifacts cannot be used at the moment. `KEY_UNAVAILABLE`: The master key cannot be reached at the moment. `KEY_DENIED`: The service may not use its master key. `KEY_DISABLED`: The master key is disabled. `SHUTTING_DOWN`: The service is stopping */
        "503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `REQUEST_NOT_OF_PAGE`: The browser is signed in, but the request does not come from the page. `FORBIDDEN`: The token's role does not allow this */
        "403-REQUEST_NOT_OF_PAGE-FORBIDDEN": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `STORE_UNAVAILABLE`: The database or the folder of artifacts cannot be used at the moment. `KEY_UNAVAILABLE`: The master key cannot be reached at the moment. `KEY_DENIED`: The service may not use its master key. `KEY_DISABLED`: The master key is disabled. `SHUTTING_DOWN`: The service is stopping. `FENCED`: Another service has taken over the data folder */
        "503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `NOT_FOUND`: There is nothing under this address */
        "404-NOT_FOUND": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `REQUEST_NOT_OF_PAGE`: The browser is signed in, but the request does not come from the page. `FORBIDDEN`: The token's role does not allow this. `OUTSIDE_GRANT`: It lies outside the caller's grants */
        "403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `IDEMPOTENCY_KEY_REUSED`: This idempotency key was used with another body */
        "422-IDEMPOTENCY_KEY_REUSED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running */
        "409-IDEMPOTENCY_IN_PROGRESS": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `SECRET_IN_NAME`: A name holds a secret of the stage. `IDEMPOTENCY_KEY_REUSED`: This idempotency key was used with another body */
        "422-SECRET_IN_NAME-IDEMPOTENCY_KEY_REUSED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `STORE_UNAVAILABLE`: The database or the folder of artifacts cannot be used at the moment. `KEY_UNAVAILABLE`: The master key cannot be reached at the moment. `KEY_DENIED`: The service may not use its master key. `KEY_DISABLED`: The master key is disabled. `SHUTTING_DOWN`: The service is stopping. `FENCED`: Another service has taken over the data folder. `OVERLOADED`: The service has more to do than it can */
        "503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED-OVERLOADED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `ALREADY_FINISHED`: The job has ended */
        "409-IDEMPOTENCY_IN_PROGRESS-ALREADY_FINISHED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `DEPLOYMENT_NOT_FINISHED`: The deployment has not finished */
        "409-DEPLOYMENT_NOT_FINISHED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `TOO_MANY_FAILED_LOGINS`: Too many log-ins from this address failed. `TOO_MANY_REQUESTS`: The principal sends more requests than it may. `TOO_MANY_OPEN_REQUESTS`: The principal has as many requests under way as it may. `TOO_MANY_FOLLOWERS`: The principal follows as many logs as it may */
        "429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS-TOO_MANY_FOLLOWERS": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `REQUEST_NOT_OF_PAGE`: The browser is signed in, but the request does not come from the page. `FORBIDDEN`: The token's role does not allow this. `OUTSIDE_GRANT`: It lies outside the caller's grants. `OUTSIDE_BINDING`: The stage is bound to other places. `EMERGENCY_NOT_ALLOWED`: The stage's policy does not let this role run without approvals */
        "403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT-OUTSIDE_BINDING-EMERGENCY_NOT_ALLOWED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `SECRET_IN_NAME`: A name holds a secret of the stage. `IDEMPOTENCY_KEY_REUSED`: This idempotency key was used with another body. `UNKNOWN_COMPONENT`: Some components were not altered. `DUPLICATE_COMPONENT`: Some components are named more than once. `NOTHING_PICKED`: No component is picked. `STRATEGY_UNSUPPORTED`: The strategy cannot restore this component. `REASON_REQUIRED`: The stage asks for a reason */
        "422-SECRET_IN_NAME-IDEMPOTENCY_KEY_REUSED-UNKNOWN_COMPONENT-DUPLICATE_COMPONENT-NOTHING_PICKED-STRATEGY_UNSUPPORTED-REASON_REQUIRED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `REQUEST_NOT_OF_PAGE`: The browser is signed in, but the request does not come from the page. `FORBIDDEN`: The token's role does not allow this. `OUTSIDE_GRANT`: It lies outside the caller's grants. `NOT_BY_REQUESTER`: Whoever asked for it may not approve it */
        "403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT-NOT_BY_REQUESTER": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `ARTIFACT_MISSING`: Bytes that the backup names are missing or damaged */
        "410-ARTIFACT_MISSING": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `NOT_ACTIVE`: The pin or the mark is not active any more */
        "409-IDEMPOTENCY_IN_PROGRESS-NOT_ACTIVE": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type ErrorCode = components['schemas']['ErrorCode'];
export type Problem = components['schemas']['Problem'];
export type Reason = components['schemas']['Reason'];
export type Change = components['schemas']['Change'];
export type Activity = components['schemas']['Activity'];
export type Deployment = components['schemas']['Deployment'];
export type AlteredComponent = components['schemas']['AlteredComponent'];
export type Rollback = components['schemas']['Rollback'];
export type Orphan = components['schemas']['Orphan'];
export type Bridge = components['schemas']['Bridge'];
export type Lowering = components['schemas']['Lowering'];
export type Loss = components['schemas']['Loss'];
export type PlanStep = components['schemas']['PlanStep'];
export type Plan = components['schemas']['Plan'];
export type RollbackComponent = components['schemas']['RollbackComponent'];
export type LogLine = components['schemas']['LogLine'];
export type Package = components['schemas']['Package'];
export type Build = components['schemas']['Build'];
export type Snapshot = components['schemas']['Snapshot'];
export type SnapshotComponent = components['schemas']['SnapshotComponent'];
export type HistoryEntry = components['schemas']['HistoryEntry'];
export type Pin = components['schemas']['Pin'];
export type Revalidation = components['schemas']['Revalidation'];
export type StagePolicy = components['schemas']['StagePolicy'];
export type Approval = components['schemas']['Approval'];
export type ApprovalState = components['schemas']['ApprovalState'];
export type AuditRow = components['schemas']['AuditRow'];
export type Grant = components['schemas']['Grant'];
export type Token = components['schemas']['Token'];
export type Key = components['schemas']['Key'];
export type KeyRotation = components['schemas']['KeyRotation'];
export type Verification = components['schemas']['Verification'];
export type Finding = components['schemas']['Finding'];
export type Response400ValidationFailed = components['responses']['400-VALIDATION_FAILED'];
export type Response401Unauthenticated = components['responses']['401-UNAUTHENTICATED'];
export type Response403RequestNotOfPage = components['responses']['403-REQUEST_NOT_OF_PAGE'];
export type Response413PayloadTooLarge = components['responses']['413-PAYLOAD_TOO_LARGE'];
export type Response415UnsupportedMediaType = components['responses']['415-UNSUPPORTED_MEDIA_TYPE'];
export type Response429TooManyFailedLoginsTooManyRequests = components['responses']['429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS'];
export type Response500Internal = components['responses']['500-INTERNAL'];
export type Response503StoreUnavailableShuttingDownFenced = components['responses']['503-STORE_UNAVAILABLE-SHUTTING_DOWN-FENCED'];
export type Response507DiskFull = components['responses']['507-DISK_FULL'];
export type Response429TooManyFailedLoginsTooManyRequestsTooManyOpenRequests = components['responses']['429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS'];
export type Response500InternalKeyLost = components['responses']['500-INTERNAL-KEY_LOST'];
export type Response503StoreUnavailableKeyUnavailableKeyDeniedKeyDisabledShuttingDown = components['responses']['503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN'];
export type Response403RequestNotOfPageForbidden = components['responses']['403-REQUEST_NOT_OF_PAGE-FORBIDDEN'];
export type Response503StoreUnavailableKeyUnavailableKeyDeniedKeyDisabledShuttingDownFenced = components['responses']['503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED'];
export type Response404NotFound = components['responses']['404-NOT_FOUND'];
export type Response403RequestNotOfPageForbiddenOutsideGrant = components['responses']['403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT'];
export type Response422IdempotencyKeyReused = components['responses']['422-IDEMPOTENCY_KEY_REUSED'];
export type Response409IdempotencyInProgress = components['responses']['409-IDEMPOTENCY_IN_PROGRESS'];
export type Response422SecretInNameIdempotencyKeyReused = components['responses']['422-SECRET_IN_NAME-IDEMPOTENCY_KEY_REUSED'];
export type Response503StoreUnavailableKeyUnavailableKeyDeniedKeyDisabledShuttingDownFencedOverloaded = components['responses']['503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED-OVERLOADED'];
export type Response409IdempotencyInProgressAlreadyFinished = components['responses']['409-IDEMPOTENCY_IN_PROGRESS-ALREADY_FINISHED'];
export type Response409DeploymentNotFinished = components['responses']['409-DEPLOYMENT_NOT_FINISHED'];
export type Response429TooManyFailedLoginsTooManyRequestsTooManyOpenRequestsTooManyFollowers = components['responses']['429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS-TOO_MANY_FOLLOWERS'];
export type Response403RequestNotOfPageForbiddenOutsideGrantOutsideBindingEmergencyNotAllowed = components['responses']['403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT-OUTSIDE_BINDING-EMERGENCY_NOT_ALLOWED'];
export type Response422SecretInNameIdempotencyKeyReusedUnknownComponentDuplicateComponentNothingPickedStrategyUnsupportedReasonRequired = components['responses']['422-SECRET_IN_NAME-IDEMPOTENCY_KEY_REUSED-UNKNOWN_COMPONENT-DUPLICATE_COMPONENT-NOTHING_PICKED-STRATEGY_UNSUPPORTED-REASON_REQUIRED'];
export type Response403RequestNotOfPageForbiddenOutsideGrantNotByRequester = components['responses']['403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT-NOT_BY_REQUESTER'];
export type Response410ArtifactMissing = components['responses']['410-ARTIFACT_MISSING'];
export type Response409IdempotencyInProgressNotActive = components['responses']['409-IDEMPOTENCY_IN_PROGRESS-NOT_ACTIVE'];
export type $defs = Record<string, never>;
export interface operations {
    isAlive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "alive";
                    };
                };
            };
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    isReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ready";
                    };
                };
            };
            /** @description Default Response */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "unavailable";
                        /** @description A code of the error table and its title */
                        reason: string;
                    };
                };
            };
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exchangeToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    /** @description `urn:ietf:params:oauth:grant-type:token-exchange` */
                    grant_type: string;
                    /** @description The OIDC token of the pipeline's job */
                    subject_token: string;
                    /** @enum {unknown} */
                    subject_token_type: "urn:ietf:params:oauth:token-type:id_token" | "urn:ietf:params:oauth:token-type:jwt";
                    /** @description The address of the deployment that the token is for: `https://stepback.example.com/v1/deployments/dep_…` */
                    resource: string;
                    /** @enum {string} */
                    requested_token_type?: "urn:ietf:params:oauth:token-type:access_token";
                    audience?: string;
                    scope?: string;
                    actor_token?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description `sbk_…` */
                        access_token: string;
                        /** @enum {string} */
                        issued_token_type: "urn:ietf:params:oauth:token-type:access_token";
                        /** @enum {string} */
                        token_type: "Bearer";
                        /** @description Seconds */
                        expires_in: number;
                    };
                };
            };
            /** @description A problem document with the members of RFC 6749 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"] & {
                        error: string;
                        error_description: string;
                    };
                };
            };
            /** @description A problem document with the members of RFC 6749 */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"] & {
                        error: string;
                        error_description: string;
                    };
                };
            };
            /** @description A problem document with the members of RFC 6749 */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"] & {
                        error: string;
                        error_description: string;
                    };
                };
            };
            /** @description A problem document with the members of RFC 6749 */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"] & {
                        error: string;
                        error_description: string;
                    };
                };
            };
            /** @description A problem document with the members of RFC 6749 */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"] & {
                        error: string;
                        error_description: string;
                    };
                };
            };
            /** @description A problem document with the members of RFC 6749 */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"] & {
                        error: string;
                        error_description: string;
                    };
                };
            };
            /** @description A problem document with the members of RFC 6749 */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"] & {
                        error: string;
                        error_description: string;
                    };
                };
            };
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    token: string;
                };
            };
        };
        responses: {
            /** @description Signed in */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS"];
            500: components["responses"]["500-INTERNAL"];
            503: components["responses"]["503-STORE_UNAVAILABLE-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out, also when nobody was signed in */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS"];
            500: components["responses"]["500-INTERNAL"];
            503: components["responses"]["503-STORE_UNAVAILABLE-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What names you in jobs, logs and the audit */
                        subject: string;
                        name: string;
                        /** @enum {unknown} */
                        method: "token" | "oidc";
                        grants: components["schemas"]["Grant"][];
                        /** @description The operations that your roles may call, by `operationId`; the grants say where */
                        operations: string[];
                        deployment: string | null;
                        expiresAt: string | null;
                        run: string | null;
                        actor: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAuditRecords: {
        parameters: {
            query?: {
                from?: string;
                /** @description Not included */
                to?: string;
                /** @description `token:tok_…`, `oidc:…`, `job:…`, `anonymous` or `system` */
                actor?: string;
                action?: string;
                /** @description The id of what it was done to */
                subject?: string;
                application?: string;
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["AuditRow"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAuditCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        checkpoint: {
                            log: string;
                            seq: number;
                            hash: string;
                            merkleRoot: string;
                            size: number;
                            /** Format: date-time */
                            at: string;
                            keyId: string;
                            /** @description Ed25519, base64 */
                            signature: string;
                        };
                        /** @description The same as a signed note (C2SP) */
                        note: string;
                        publicKeyPem: string;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportAudit: {
        parameters: {
            query?: {
                from?: string;
                /** @description Not included */
                to?: string;
                /** @description `token:tok_…`, `oidc:…`, `job:…`, `anonymous` or `system` */
                actor?: string;
                action?: string;
                /** @description The id of what it was done to */
                subject?: string;
                application?: string;
                format?: "ndjson" | "csv" | "ocsf";
                /** @description 1: each record with the proof that the signed log has it. Left out: as it takes to check the file, so with proofs where records are left out */
                proofs?: "0" | "1";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Key"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeyRotations: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["KeyRotation"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyRotation"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            409: components["responses"]["409-IDEMPOTENCY_IN_PROGRESS"];
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKeyRotation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyRotation"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listVerifications: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Verification"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyData: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default false */
                    readData?: boolean;
                    subset?: string | null;
                };
            };
        };
        responses: {
            /** @description A check of all that is stored against its digests. All is well where it is Completed with `damaged: 0`. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verification"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            409: components["responses"]["409-IDEMPOTENCY_IN_PROGRESS"];
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getVerification: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A check of all that is stored against its digests. All is well where it is Completed with `damaged: 0`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verification"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFindings: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Finding"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTokens: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Token"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @enum {unknown} */
                    role?: "ci" | "operator" | "approver" | "auditor" | "admin";
                    /** @description By default `["*"]` */
                    applications?: string[];
                    /** @description By default `["*"]` */
                    stages?: string[];
                    /** @description By default `["*"]` */
                    targets?: string[];
                    /** @description By default `["*"]` */
                    stacks?: string[];
                    /** @description By default `["*"]` */
                    functions?: string[];
                    /** @description Instead of `role` and the patterns beside it: several roles, each with its own places */
                    grants?: {
                        /** @enum {unknown} */
                        role: "ci" | "operator" | "approver" | "auditor" | "admin";
                        /** @description By default `["*"]` */
                        applications?: string[];
                        /** @description By default `["*"]` */
                        stages?: string[];
                        /** @description By default `["*"]` */
                        targets?: string[];
                        /** @description By default `["*"]` */
                        stacks?: string[];
                        /** @description By default `["*"]` */
                        functions?: string[];
                    }[];
                    expiresAt?: string | null;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        /** @description What names the bearer in jobs, logs and the audit */
                        subject: string;
                        grants: components["schemas"]["Grant"][];
                        /** Format: date-time */
                        createdAt: string;
                        createdBy: string | null;
                        expiresAt: string | null;
                        lastUsedAt: string | null;
                        revokedAt: string | null;
                        revokedBy: string | null;
                        deployment: string | null;
                        /** @description `sbk_…` */
                        token: string;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `SECRET_SHOWN_ONCE`: The secret was shown once, to the first request with this key */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-SECRET_IN_NAME-IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `NOT_ACTIVE`: The pin or the mark is not active any more */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeployments: {
        parameters: {
            query?: {
                application?: string;
                stage?: string;
                branch?: string;
                target?: string;
                /** @description `Draft` is a rollback that has no job yet */
                status?: "Draft" | "Queued" | "In Progress" | "Completed" | "Exception";
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Deployment"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openDeployment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    application: string;
                    stage: string;
                    branch?: string | null;
                    commit?: string | null;
                    build?: string | null;
                    target?: string;
                    /** @description What the deploy may touch: at least one stack or function pattern */
                    scope: {
                        stacks?: string[];
                        functions?: string[];
                    };
                    reason?: string | null;
                    ticket?: string | null;
                    /** @enum {unknown} */
                    onFailure?: "none" | "rollback";
                    /** @description Consent to what is lost: `true` to what the plan names and nothing that the run meets later; a list of component ids and logical ids to what it names, also where the run meets it */
                    allowDestructive?: boolean | string[];
                };
            };
        };
        responses: {
            /** @description A Deploy job. The caller may deploy once `snapshot.status` is `Ready`. `record` is the snapshot after the deploy, and `rollback` the rollback that `onFailure` started. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            /** @description `REQUEST_NOT_OF_PAGE`: The browser is signed in, but the request does not come from the page. `FORBIDDEN`: The token's role does not allow this. `OUTSIDE_GRANT`: It lies outside the caller's grants. `OUTSIDE_BINDING`: The stage is bound to other places */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `PINNED`: The deployment contains a state that was rolled back. `DEPLOYMENT_IN_PROGRESS`: A deployment over the same components is open. `ROLLBACK_IN_PROGRESS`: A rollback over the same components is unfinished */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            /** @description `SECRET_IN_NAME`: A name holds a secret of the stage. `IDEMPOTENCY_KEY_REUSED`: This idempotency key was used with another body. `SCOPE_TOO_WIDE`: The scope matches everything. `UNKNOWN_TARGET`: The target is not configured */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED-OVERLOADED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDeployment: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a change */
                wait?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A Deploy job. The caller may deploy once `snapshot.status` is `Ready`. `record` is the snapshot after the deploy, and `rollback` the rollback that `onFailure` started. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    finishDeployment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    outcome: "succeeded" | "failed";
                    message?: string | null;
                };
            };
        };
        responses: {
            /** @description A Deploy job. The caller may deploy once `snapshot.status` is `Ready`. `record` is the snapshot after the deploy, and `rollback` the rollback that `onFailure` started. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `BACKUP_NOT_READY`: The backup is not ready. `OUTCOME_DIFFERS`: The deployment was finished with another outcome. `ALREADY_FINISHED`: The job has ended */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelDeployment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A Deploy job. The caller may deploy once `snapshot.status` is `Ready`. `record` is the snapshot after the deploy, and `rollback` the rollback that `onFailure` started. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            409: components["responses"]["409-IDEMPOTENCY_IN_PROGRESS-ALREADY_FINISHED"];
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drillDeployment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A Rollback job or its draft. `deployment` is the newest of `deployments`; it is null for an undo and for a restore, whose snapshot is in `restores`. A `drill` is planned and never run. `components` are the picked ones. `snapshot` is the backup that the rollback takes before it runs. `planDigest` is the approved plan. The `error` of a draft says why its planning failed. `toBuild` is the build whose state is restored; with `package`, an external command deploys the package while the status is `In Progress`, and `outcome` is what that command reported. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollback"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `DEPLOYMENT_NOT_COMPLETED`: Only a Completed deployment can be rolled back. `NOTHING_ALTERED`: The deployment altered nothing */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED-OVERLOADED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAlteredComponents: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["AlteredComponent"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            404: components["responses"]["404-NOT_FOUND"];
            409: components["responses"]["409-DEPLOYMENT_NOT_FINISHED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeploymentLogs: {
        parameters: {
            query?: {
                /** @description `kind:name`, percent-encoded in paths */
                component?: string;
                level?: "debug" | "info" | "warn" | "error";
                /** @description Only lines with a greater `seq` */
                after?: number;
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["LogLine"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamDeploymentLogs: {
        parameters: {
            query?: {
                /** @description `kind:name`, percent-encoded in paths */
                component?: string;
                level?: "debug" | "info" | "warn" | "error";
                /** @description Only lines with a greater `seq` */
                after?: number;
            };
            header?: {
                "last-event-id"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS-TOO_MANY_FOLLOWERS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDeploymentEvidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A zip archive; `stepback audit verify` checks it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            409: components["responses"]["409-DEPLOYMENT_NOT_FINISHED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRollbacks: {
        parameters: {
            query?: {
                application?: string;
                stage?: string;
                branch?: string;
                target?: string;
                /** @description `Draft` is a rollback that has no job yet */
                status?: "Draft" | "Queued" | "In Progress" | "Completed" | "Exception";
                deployment?: string;
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Rollback"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openRollback: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Exactly one of `deployment`, `rollback` and `snapshot` is required */
        requestBody: {
            content: {
                "application/json": {
                    /** @description Deployments to roll back, in any order */
                    deployment?: string | string[];
                    /** @description Instead of `deployment`: the rollback to undo */
                    rollback?: string;
                    /** @description Instead of `deployment`: the snapshot to restore */
                    snapshot?: string;
                    /** @description Ids of altered components, or `all` of them */
                    components?: string[] | "all";
                    /**
                     * @description false opens a draft
                     * @default true
                     */
                    run?: boolean;
                    /** @enum {unknown} */
                    strategy?: "auto" | "stack" | "direct";
                    /** @enum {unknown} */
                    onConflict?: "fail" | "restore" | "keep-live";
                    /** @enum {unknown} */
                    onError?: "stop" | "continue" | "compensate";
                    /**
                     * @description Consent to what is lost: `true` to what the plan names and nothing that the run meets later; a list of component ids and logical ids to what it names, also where the run meets it
                     * @default false
                     */
                    allowDestructive?: boolean | string[];
                    /** @description Consent to continue the failed rollback of stacks in UPDATE_ROLLBACK_FAILED. The keys are names of stacks; the values are the resources to skip, if any: `LogicalId`, or `NestedStackName.LogicalId` in a nested stack */
                    continueUpdateRollback?: {
                        [key: string]: string[];
                    };
                    /** @default false */
                    includeFailed?: boolean;
                    reason?: string | null;
                    ticket?: string | null;
                    planDigest?: string | null;
                    /** @description Run without the approvals that the stage's policy asks for. Needs a reason and a role that the policy names, and is to be reviewed within 48 hours */
                    emergency?: boolean;
                };
            };
        };
        responses: {
            /** @description A Rollback job or its draft. `deployment` is the newest of `deployments`; it is null for an undo and for a restore, whose snapshot is in `restores`. A `drill` is planned and never run. `components` are the picked ones. `snapshot` is the backup that the rollback takes before it runs. `planDigest` is the approved plan. The `error` of a draft says why its planning failed. `toBuild` is the build whose state is restored; with `package`, an external command deploys the package while the status is `In Progress`, and `outcome` is what that command reported. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollback"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT-OUTSIDE_BINDING-EMERGENCY_NOT_ALLOWED"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `DEPLOYMENT_NOT_COMPLETED`: Only a Completed deployment can be rolled back. `ROLLBACK_NOT_FINISHED`: The rollback has not finished. `BACKUP_NOT_READY`: The backup is not ready. `NOTHING_ALTERED`: The deployment altered nothing. `SEVERAL_TARGETS`: A rollback has one target, and these are several. `DEPLOYMENT_IN_PROGRESS`: A deployment over the same components is open. `ROLLBACK_IN_PROGRESS`: A rollback over the same components is unfinished */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-SECRET_IN_NAME-IDEMPOTENCY_KEY_REUSED-UNKNOWN_COMPONENT-DUPLICATE_COMPONENT-NOTHING_PICKED-STRATEGY_UNSUPPORTED-REASON_REQUIRED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRollback: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a change */
                wait?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A Rollback job or its draft. `deployment` is the newest of `deployments`; it is null for an undo and for a restore, whose snapshot is in `restores`. A `drill` is planned and never run. `components` are the picked ones. `snapshot` is the backup that the rollback takes before it runs. `planDigest` is the approved plan. The `error` of a draft says why its planning failed. `toBuild` is the build whose state is restored; with `package`, an external command deploys the package while the status is `In Progress`, and `outcome` is what that command reported. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollback"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPlan: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a change */
                wait?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a rollback will do. Approve it by its digest. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `PLAN_MISSING`: There is no plan yet */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    planRollback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A Rollback job or its draft. `deployment` is the newest of `deployments`; it is null for an undo and for a restore, whose snapshot is in `restores`. A `drill` is planned and never run. `components` are the picked ones. `snapshot` is the backup that the rollback takes before it runs. `planDigest` is the approved plan. The `error` of a draft says why its planning failed. `toBuild` is the build whose state is restored; with `package`, an external command deploys the package while the status is `In Progress`, and `outcome` is what that command reported. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollback"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `NOT_A_DRAFT`: The rollback is not a draft */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            /** @description `IDEMPOTENCY_KEY_REUSED`: This idempotency key was used with another body. `NOTHING_PICKED`: No component is picked. `STRATEGY_UNSUPPORTED`: The strategy cannot restore this component */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRollbackComponents: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["RollbackComponent"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addComponents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Ids of altered components, or `all` of them */
                    add: string[] | "all";
                };
            };
        };
        responses: {
            /** @description A Rollback job or its draft. `deployment` is the newest of `deployments`; it is null for an undo and for a restore, whose snapshot is in `restores`. A `drill` is planned and never run. `components` are the picked ones. `snapshot` is the backup that the rollback takes before it runs. `planDigest` is the approved plan. The `error` of a draft says why its planning failed. `toBuild` is the build whose state is restored; with `package`, an external command deploys the package while the status is `In Progress`, and `outcome` is what that command reported. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollback"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `NOT_A_DRAFT`: The rollback is not a draft. `DRILL_ONLY`: A drill is planned and never run */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            /** @description `IDEMPOTENCY_KEY_REUSED`: This idempotency key was used with another body. `UNKNOWN_COMPONENT`: Some components were not altered. `DUPLICATE_COMPONENT`: Some components are named more than once. `STRATEGY_UNSUPPORTED`: The strategy cannot restore this component */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRollbackOrphans: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Orphan"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelRollback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A Rollback job or its draft. `deployment` is the newest of `deployments`; it is null for an undo and for a restore, whose snapshot is in `restores`. A `drill` is planned and never run. `components` are the picked ones. `snapshot` is the backup that the rollback takes before it runs. `planDigest` is the approved plan. The `error` of a draft says why its planning failed. `toBuild` is the build whose state is restored; with `package`, an external command deploys the package while the status is `In Progress`, and `outcome` is what that command reported. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollback"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            409: components["responses"]["409-IDEMPOTENCY_IN_PROGRESS-ALREADY_FINISHED"];
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeComponent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description `kind:name`, percent-encoded in paths */
                componentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A Rollback job or its draft. `deployment` is the newest of `deployments`; it is null for an undo and for a restore, whose snapshot is in `restores`. A `drill` is planned and never run. `components` are the picked ones. `snapshot` is the backup that the rollback takes before it runs. `planDigest` is the approved plan. The `error` of a draft says why its planning failed. `toBuild` is the build whose state is restored; with `package`, an external command deploys the package while the status is `In Progress`, and `outcome` is what that command reported. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollback"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `NOT_A_DRAFT`: The rollback is not a draft. `DRILL_ONLY`: A drill is planned and never run */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runRollback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description Without `allowDestructive`, the consent of the draft holds */
        requestBody: {
            content: {
                "application/json": {
                    /** @description HMAC-SHA-256 under a key of the target, 64 hexadecimal digits: equal for equal settings of one target */
                    planDigest: string;
                    /** @description Consent to what is lost: `true` to what the plan names and nothing that the run meets later; a list of component ids and logical ids to what it names, also where the run meets it */
                    allowDestructive?: boolean | string[];
                    /** @description Run without the approvals that the stage's policy asks for. Needs a reason and a role that the policy names, and is to be reviewed within 48 hours */
                    emergency?: boolean;
                };
            };
        };
        responses: {
            /** @description A Rollback job or its draft. `deployment` is the newest of `deployments`; it is null for an undo and for a restore, whose snapshot is in `restores`. A `drill` is planned and never run. `components` are the picked ones. `snapshot` is the backup that the rollback takes before it runs. `planDigest` is the approved plan. The `error` of a draft says why its planning failed. `toBuild` is the build whose state is restored; with `package`, an external command deploys the package while the status is `In Progress`, and `outcome` is what that command reported. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollback"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT-OUTSIDE_BINDING-EMERGENCY_NOT_ALLOWED"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `NOT_A_DRAFT`: The rollback is not a draft. `DRILL_ONLY`: A drill is planned and never run. `PLAN_MISSING`: There is no plan yet. `PLAN_STALE`: The plan is not the latest, or live has changed since. `APPROVAL_NEEDED`: The plan is not approved. `DEPLOYMENT_IN_PROGRESS`: A deployment over the same components is open. `ROLLBACK_IN_PROGRESS`: A rollback over the same components is unfinished */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            /** @description `IDEMPOTENCY_KEY_REUSED`: This idempotency key was used with another body. `NOTHING_PICKED`: No component is picked. `STRATEGY_UNSUPPORTED`: The strategy cannot restore this component. `REASON_REQUIRED`: The stage asks for a reason. `UNKNOWN_COMPONENT`: Some components were not altered */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listApprovals: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Approval"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decideRollback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description SHA-256, 64 hexadecimal digits */
                    planDigest: string;
                    /** @enum {unknown} */
                    decision: "approve" | "refuse";
                    comment?: string | null;
                };
            };
        };
        responses: {
            /** @description How far the approvals of the latest plan have come */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalState"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT-NOT_BY_REQUESTER"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `NOT_A_DRAFT`: The rollback is not a draft. `PLAN_MISSING`: There is no plan yet. `PLAN_STALE`: The plan is not the latest, or live has changed since */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reviewRollback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    comment: string;
                };
            };
        };
        responses: {
            /** @description A Rollback job or its draft. `deployment` is the newest of `deployments`; it is null for an undo and for a restore, whose snapshot is in `restores`. A `drill` is planned and never run. `components` are the picked ones. `snapshot` is the backup that the rollback takes before it runs. `planDigest` is the approved plan. The `error` of a draft says why its planning failed. `toBuild` is the build whose state is restored; with `package`, an external command deploys the package while the status is `In Progress`, and `outcome` is what that command reported. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollback"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT-NOT_BY_REQUESTER"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `NOT_AN_EMERGENCY`: Only an emergency is reviewed. `NOT_ACTIVE`: The pin or the mark is not active any more */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    appendRollbackOutput: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What the command printed; control characters are kept as `<U+001B>` */
                    lines: string[];
                };
            };
        };
        responses: {
            /** @description Appended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `NO_COMMAND_AWAITED`: The rollback waits for no command */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    finishRollbackCommand: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    outcome: "succeeded" | "failed";
                    message?: string | null;
                };
            };
        };
        responses: {
            /** @description A Rollback job or its draft. `deployment` is the newest of `deployments`; it is null for an undo and for a restore, whose snapshot is in `restores`. A `drill` is planned and never run. `components` are the picked ones. `snapshot` is the backup that the rollback takes before it runs. `planDigest` is the approved plan. The `error` of a draft says why its planning failed. `toBuild` is the build whose state is restored; with `package`, an external command deploys the package while the status is `In Progress`, and `outcome` is what that command reported. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollback"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `NO_COMMAND_AWAITED`: The rollback waits for no command. `BACKUP_NOT_READY`: The backup is not ready. `OUTCOME_DIFFERS`: The deployment was finished with another outcome. `ALREADY_FINISHED`: The job has ended */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRollbackLogs: {
        parameters: {
            query?: {
                /** @description `kind:name`, percent-encoded in paths */
                component?: string;
                level?: "debug" | "info" | "warn" | "error";
                /** @description Only lines with a greater `seq` */
                after?: number;
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["LogLine"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamRollbackLogs: {
        parameters: {
            query?: {
                /** @description `kind:name`, percent-encoded in paths */
                component?: string;
                level?: "debug" | "info" | "warn" | "error";
                /** @description Only lines with a greater `seq` */
                after?: number;
            };
            header?: {
                "last-event-id"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS-TOO_MANY_FOLLOWERS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRollbackEvidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A zip archive; `stepback audit verify` checks it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `ROLLBACK_NOT_FINISHED`: The rollback has not finished */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listActivities: {
        parameters: {
            query?: {
                application?: string;
                stage?: string;
                branch?: string;
                target?: string;
                /** @description `Draft` is a rollback that has no job yet */
                status?: "Draft" | "Queued" | "In Progress" | "Completed" | "Exception";
                type?: "deploy" | "rollback";
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Activity"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSnapshot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Immutable states of components at one point in time */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Snapshot"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSnapshotComponents: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["SnapshotComponent"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSnapshotComponent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description `kind:name`, percent-encoded in paths */
                componentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A captured state. Secrets show as `{ "secret": fingerprint }`. `readiness` says how well the state could be restored when a deployment's backup was taken; it is null in every other snapshot. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SnapshotComponent"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSnapshotArtifact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description `kind:name`, percent-encoded in paths */
                componentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes; `repr-digest` holds their SHA-256 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            410: components["responses"]["410-ARTIFACT_MISSING"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBuilds: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                application: string;
                stage: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Build"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBuild: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                application: string;
                stage: string;
                build: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A build of a stage, as its deployments and packages name it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rollBackToBuild: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                application: string;
                stage: string;
            };
            cookie?: never;
        };
        /** @description Without `components`, everything that differs is restored */
        requestBody: {
            content: {
                "application/json": {
                    toBuild: string;
                    /** @description Required when the build was deployed to several targets */
                    target?: string;
                    /** @description Which of the build's deployments; by default its last successful one */
                    deployment?: string;
                    package?: string;
                    /** @description Ids of altered components, or `all` of them */
                    components?: string[] | "all";
                    /**
                     * @description false opens a draft
                     * @default true
                     */
                    run?: boolean;
                    /** @enum {unknown} */
                    strategy?: "auto" | "stack" | "direct";
                    /** @enum {unknown} */
                    onConflict?: "fail" | "restore" | "keep-live";
                    /** @enum {unknown} */
                    onError?: "stop" | "continue" | "compensate";
                    /**
                     * @description Consent to what is lost: `true` to what the plan names and nothing that the run meets later; a list of component ids and logical ids to what it names, also where the run meets it
                     * @default false
                     */
                    allowDestructive?: boolean | string[];
                    /** @description Consent to continue the failed rollback of stacks in UPDATE_ROLLBACK_FAILED. The keys are names of stacks; the values are the resources to skip, if any: `LogicalId`, or `NestedStackName.LogicalId` in a nested stack */
                    continueUpdateRollback?: {
                        [key: string]: string[];
                    };
                    reason?: string | null;
                    ticket?: string | null;
                    planDigest?: string | null;
                    /** @description Run without the approvals that the stage's policy asks for. Needs a reason and a role that the policy names, and is to be reviewed within 48 hours */
                    emergency?: boolean;
                };
            };
        };
        responses: {
            /** @description A Rollback job or its draft. `deployment` is the newest of `deployments`; it is null for an undo and for a restore, whose snapshot is in `restores`. A `drill` is planned and never run. `components` are the picked ones. `snapshot` is the backup that the rollback takes before it runs. `planDigest` is the approved plan. The `error` of a draft says why its planning failed. `toBuild` is the build whose state is restored; with `package`, an external command deploys the package while the status is `In Progress`, and `outcome` is what that command reported. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollback"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT-OUTSIDE_BINDING-EMERGENCY_NOT_ALLOWED"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `IDEMPOTENCY_IN_PROGRESS`: The first request with this key is still running. `BUILD_NOT_SUCCESSFUL`: The build has no successful deployment. `SEVERAL_TARGETS`: A rollback has one target, and these are several. `SEVERAL_DEPLOYMENTS`: The build was deployed in several scopes. `NOTHING_ALTERED`: The deployment altered nothing. `APPROVAL_NEEDED`: The plan is not approved. `DEPLOYMENT_IN_PROGRESS`: A deployment over the same components is open. `ROLLBACK_IN_PROGRESS`: A rollback over the same components is unfinished */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            410: components["responses"]["410-ARTIFACT_MISSING"];
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-SECRET_IN_NAME-IDEMPOTENCY_KEY_REUSED-UNKNOWN_COMPONENT-DUPLICATE_COMPONENT-NOTHING_PICKED-STRATEGY_UNSUPPORTED-REASON_REQUIRED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPackage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                application: string;
                stage: string;
                build: string;
                service: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes; `repr-digest` holds their SHA-256 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-tar": unknown;
                    "application/gzip": unknown;
                    "application/zip": unknown;
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            410: components["responses"]["410-ARTIFACT_MISSING"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    storePackage: {
        parameters: {
            query: {
                commit: string;
            };
            header?: never;
            path: {
                application: string;
                stage: string;
                build: string;
                service: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-tar": unknown;
                "application/gzip": unknown;
                "application/zip": unknown;
            };
        };
        responses: {
            /** @description The packaged output of one service. It never changes once it is stored. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Package"];
                };
            };
            /** @description The packaged output of one service. It never changes once it is stored. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Package"];
                };
            };
            /** @description `VALIDATION_FAILED`: The request is not valid. `UPLOAD_INCOMPLETE`: The upload ended early */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `PACKAGE_DIFFERS`: The build has another package of this service */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            /** @description `SECRET_IN_NAME`: A name holds a secret of the stage. `NOT_A_PACKAGE`: The bytes are not a package. `DIGEST_DIFFERS`: The bytes do not match their digest */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED-OVERLOADED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listComponentHistory: {
        parameters: {
            query?: {
                application?: string;
                stage?: string;
                /** @description By default the only target, or `default` when there are several */
                target?: string;
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description `kind:name`, percent-encoded in paths */
                componentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["HistoryEntry"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPins: {
        parameters: {
            query?: {
                application?: string;
                stage?: string;
                active?: "true" | "false";
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Pin"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Names what one rollback rolled back. `digest` is the state that the deployment had made; it is null when the deployment had deleted the component. `supersededBy` is the rollback that restored exactly this state. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pin"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    clearPin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Names what one rollback rolled back. `digest` is the state that the deployment had made; it is null when the deployment had deleted the component. `supersededBy` is the rollback that restored exactly this state. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pin"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            409: components["responses"]["409-IDEMPOTENCY_IN_PROGRESS-NOT_ACTIVE"];
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStagePolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                application: string;
                stage: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a stage demands of deployments and rollbacks. `updatedAt` and `updatedBy` are null for the defaults. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StagePolicy"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putStagePolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                application: string;
                stage: string;
            };
            cookie?: never;
        };
        /** @description The whole policy: members that are left out get their defaults */
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description What happens to a deployment of a pinned build or commit; `warn` by default
                     * @enum {unknown}
                     */
                    pins?: "warn" | "refuse";
                    binding?: {
                        target: string;
                        stacks: string[];
                        functions: string[];
                    } | null;
                    approvals?: {
                        required: number;
                        /** @description true by default */
                        notByRequester?: boolean;
                        /** @description 60 by default */
                        validForMinutes?: number;
                    };
                    /** @description The roles that may run without approvals, with a reason */
                    emergency?: {
                        roles: ("ci" | "operator" | "approver" | "auditor" | "admin")[];
                    };
                    /** @description Whether a rollback that a failed deployment asked for runs without approvals; false by default */
                    autoRollback?: boolean;
                    /** @description Whether a rollback needs a reason; false by default */
                    requireReason?: boolean;
                    /** @description Whether losses of the class `told` need consent, too; false by default */
                    askForTold?: boolean;
                    /** @description Keys of secret settings, with `*` as a wildcard */
                    secretKeys?: string[];
                    /** @description Environment variables that are shown in clear text */
                    shownKeys?: string[];
                };
            };
        };
        responses: {
            /** @description What a stage demands of deployments and rollbacks. `updatedAt` and `updatedBy` are null for the defaults. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StagePolicy"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            /** @description `APPROVAL_NEEDED`: The plan is not approved */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            /** @description `SECRET_IN_NAME`: A name holds a secret of the stage */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decideStagePolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                application: string;
                stage: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The whole policy: members that are left out get their defaults */
                    policy: {
                        /**
                         * @description What happens to a deployment of a pinned build or commit; `warn` by default
                         * @enum {unknown}
                         */
                        pins?: "warn" | "refuse";
                        binding?: {
                            target: string;
                            stacks: string[];
                            functions: string[];
                        } | null;
                        approvals?: {
                            required: number;
                            /** @description true by default */
                            notByRequester?: boolean;
                            /** @description 60 by default */
                            validForMinutes?: number;
                        };
                        /** @description The roles that may run without approvals, with a reason */
                        emergency?: {
                            roles: ("ci" | "operator" | "approver" | "auditor" | "admin")[];
                        };
                        /** @description Whether a rollback that a failed deployment asked for runs without approvals; false by default */
                        autoRollback?: boolean;
                        /** @description Whether a rollback needs a reason; false by default */
                        requireReason?: boolean;
                        /** @description Whether losses of the class `told` need consent, too; false by default */
                        askForTold?: boolean;
                        /** @description Keys of secret settings, with `*` as a wildcard */
                        secretKeys?: string[];
                        /** @description Environment variables that are shown in clear text */
                        shownKeys?: string[];
                    };
                    /** @enum {unknown} */
                    decision: "approve" | "refuse";
                    comment?: string | null;
                };
            };
        };
        responses: {
            /** @description How far the approvals of the latest plan have come */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalState"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            409: components["responses"]["409-IDEMPOTENCY_IN_PROGRESS"];
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-SECRET_IN_NAME-IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRevalidations: {
        parameters: {
            query?: {
                open?: "true" | "false";
                limit?: number;
                /** @description `next` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                application: string;
                stage: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Revalidation"][];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN"];
            404: components["responses"]["404-NOT_FOUND"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    clearRevalidation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                application: string;
                stage: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description A branch or a build that was rolled back and has not been deployed successfully since */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Revalidation"];
                };
            };
            400: components["responses"]["400-VALIDATION_FAILED"];
            401: components["responses"]["401-UNAUTHENTICATED"];
            403: components["responses"]["403-REQUEST_NOT_OF_PAGE-FORBIDDEN-OUTSIDE_GRANT"];
            404: components["responses"]["404-NOT_FOUND"];
            409: components["responses"]["409-IDEMPOTENCY_IN_PROGRESS-NOT_ACTIVE"];
            413: components["responses"]["413-PAYLOAD_TOO_LARGE"];
            415: components["responses"]["415-UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["422-SECRET_IN_NAME-IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429-TOO_MANY_FAILED_LOGINS-TOO_MANY_REQUESTS-TOO_MANY_OPEN_REQUESTS"];
            500: components["responses"]["500-INTERNAL-KEY_LOST"];
            503: components["responses"]["503-STORE_UNAVAILABLE-KEY_UNAVAILABLE-KEY_DENIED-KEY_DISABLED-SHUTTING_DOWN-FENCED"];
            507: components["responses"]["507-DISK_FULL"];
            /** @description The request was refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service failed */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
type FlattenedDeepRequired<T> = {
    [K in keyof T]-?: FlattenedDeepRequired<T[K] extends unknown[] | undefined | null ? Extract<T[K], unknown[]>[number] : T[K]>;
};
type ReadonlyArray<T> = [
    Exclude<T, undefined>
] extends [
    unknown[]
] ? Readonly<Exclude<T, undefined>> : Readonly<Exclude<T, undefined>[]>;
export const pathsLivezGetResponses200ContentApplicationJsonStatusValues: ReadonlyArray<FlattenedDeepRequired<paths>["/livez"]["get"]["responses"]["200"]["content"]["application/json"]["status"]> = ["alive"];
export const pathsReadyzGetResponses200ContentApplicationJsonStatusValues: ReadonlyArray<FlattenedDeepRequired<paths>["/readyz"]["get"]["responses"]["200"]["content"]["application/json"]["status"]> = ["ready"];
export const pathsReadyzGetResponses503ContentApplicationJsonStatusValues: ReadonlyArray<FlattenedDeepRequired<paths>["/readyz"]["get"]["responses"]["503"]["content"]["application/json"]["status"]> = ["unavailable"];
export const pathsV1TokensExchangePostRequestBodyContentApplicationXWwwFormUrlencodedSubject_token_typeValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/tokens/exchange"]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["subject_token_type"]> = ["urn:ietf:params:oauth:token-type:id_token", "urn:ietf:params:oauth:token-type:jwt"];
export const pathsV1TokensExchangePostRequestBodyContentApplicationXWwwFormUrlencodedRequested_token_typeValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/tokens/exchange"]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["requested_token_type"]> = ["urn:ietf:params:oauth:token-type:access_token"];
export const pathsV1TokensExchangePostResponses200ContentApplicationJsonIssued_token_typeValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/tokens/exchange"]["post"]["responses"]["200"]["content"]["application/json"]["issued_token_type"]> = ["urn:ietf:params:oauth:token-type:access_token"];
export const pathsV1TokensExchangePostResponses200ContentApplicationJsonToken_typeValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/tokens/exchange"]["post"]["responses"]["200"]["content"]["application/json"]["token_type"]> = ["Bearer"];
export const pathsV1MeGetResponses200ContentApplicationJsonMethodValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/me"]["get"]["responses"]["200"]["content"]["application/json"]["method"]> = ["token", "oidc"];
export const pathsV1AuditExportGetParametersQueryFormatValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/audit/export"]["get"]["parameters"]["query"]["format"]> = ["ndjson", "csv", "ocsf"];
export const pathsV1AuditExportGetParametersQueryProofsValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/audit/export"]["get"]["parameters"]["query"]["proofs"]> = ["0", "1"];
export const pathsV1TokensPostRequestBodyContentApplicationJsonRoleValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/tokens"]["post"]["requestBody"]["content"]["application/json"]["role"]> = ["ci", "operator", "approver", "auditor", "admin"];
export const pathsV1TokensPostRequestBodyContentApplicationJsonGrantsRoleValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/tokens"]["post"]["requestBody"]["content"]["application/json"]["grants"]["role"]> = ["ci", "operator", "approver", "auditor", "admin"];
export const pathsV1DeploymentsGetParametersQueryStatusValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/deployments"]["get"]["parameters"]["query"]["status"]> = ["Draft", "Queued", "In Progress", "Completed", "Exception"];
export const pathsV1DeploymentsPostRequestBodyContentApplicationJsonOnFailureValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/deployments"]["post"]["requestBody"]["content"]["application/json"]["onFailure"]> = ["none", "rollback"];
export const pathsV1DeploymentsIdFinishPostRequestBodyContentApplicationJsonOutcomeValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/deployments/{id}/finish"]["post"]["requestBody"]["content"]["application/json"]["outcome"]> = ["succeeded", "failed"];
export const pathsV1DeploymentsIdLogsGetParametersQueryLevelValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/deployments/{id}/logs"]["get"]["parameters"]["query"]["level"]> = ["debug", "info", "warn", "error"];
export const pathsV1DeploymentsIdLogsStreamGetParametersQueryLevelValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/deployments/{id}/logs/stream"]["get"]["parameters"]["query"]["level"]> = ["debug", "info", "warn", "error"];
export const pathsV1RollbacksGetParametersQueryStatusValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/rollbacks"]["get"]["parameters"]["query"]["status"]> = ["Draft", "Queued", "In Progress", "Completed", "Exception"];
export const pathsV1RollbacksPostRequestBodyContentApplicationJsonComponentsAnyOf1Values: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/rollbacks"]["post"]["requestBody"]["content"]["application/json"]["components"]> = ["all"];
export const pathsV1RollbacksPostRequestBodyContentApplicationJsonStrategyValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/rollbacks"]["post"]["requestBody"]["content"]["application/json"]["strategy"]> = ["auto", "stack", "direct"];
export const pathsV1RollbacksPostRequestBodyContentApplicationJsonOnConflictValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/rollbacks"]["post"]["requestBody"]["content"]["application/json"]["onConflict"]> = ["fail", "restore", "keep-live"];
export const pathsV1RollbacksPostRequestBodyContentApplicationJsonOnErrorValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/rollbacks"]["post"]["requestBody"]["content"]["application/json"]["onError"]> = ["stop", "continue", "compensate"];
export const pathsV1RollbacksIdComponentsPostRequestBodyContentApplicationJsonAddAnyOf1Values: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/rollbacks/{id}/components"]["post"]["requestBody"]["content"]["application/json"]["add"]> = ["all"];
export const pathsV1RollbacksIdApprovalsPostRequestBodyContentApplicationJsonDecisionValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/rollbacks/{id}/approvals"]["post"]["requestBody"]["content"]["application/json"]["decision"]> = ["approve", "refuse"];
export const pathsV1RollbacksIdFinishPostRequestBodyContentApplicationJsonOutcomeValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/rollbacks/{id}/finish"]["post"]["requestBody"]["content"]["application/json"]["outcome"]> = ["succeeded", "failed"];
export const pathsV1RollbacksIdLogsGetParametersQueryLevelValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/rollbacks/{id}/logs"]["get"]["parameters"]["query"]["level"]> = ["debug", "info", "warn", "error"];
export const pathsV1RollbacksIdLogsStreamGetParametersQueryLevelValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/rollbacks/{id}/logs/stream"]["get"]["parameters"]["query"]["level"]> = ["debug", "info", "warn", "error"];
export const pathsV1ActivitiesGetParametersQueryStatusValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/activities"]["get"]["parameters"]["query"]["status"]> = ["Draft", "Queued", "In Progress", "Completed", "Exception"];
export const pathsV1ActivitiesGetParametersQueryTypeValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/activities"]["get"]["parameters"]["query"]["type"]> = ["deploy", "rollback"];
export const pathsV1ApplicationsApplicationStagesStageRollbackPostRequestBodyContentApplicationJsonComponentsAnyOf1Values: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/applications/{application}/stages/{stage}/rollback"]["post"]["requestBody"]["content"]["application/json"]["components"]> = ["all"];
export const pathsV1ApplicationsApplicationStagesStageRollbackPostRequestBodyContentApplicationJsonStrategyValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/applications/{application}/stages/{stage}/rollback"]["post"]["requestBody"]["content"]["application/json"]["strategy"]> = ["auto", "stack", "direct"];
export const pathsV1ApplicationsApplicationStagesStageRollbackPostRequestBodyContentApplicationJsonOnConflictValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/applications/{application}/stages/{stage}/rollback"]["post"]["requestBody"]["content"]["application/json"]["onConflict"]> = ["fail", "restore", "keep-live"];
export const pathsV1ApplicationsApplicationStagesStageRollbackPostRequestBodyContentApplicationJsonOnErrorValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/applications/{application}/stages/{stage}/rollback"]["post"]["requestBody"]["content"]["application/json"]["onError"]> = ["stop", "continue", "compensate"];
export const pathsV1PinsGetParametersQueryActiveValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/pins"]["get"]["parameters"]["query"]["active"]> = ["true", "false"];
export const pathsV1ApplicationsApplicationStagesStagePolicyPutRequestBodyContentApplicationJsonPinsValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/applications/{application}/stages/{stage}/policy"]["put"]["requestBody"]["content"]["application/json"]["pins"]> = ["warn", "refuse"];
export const pathsV1ApplicationsApplicationStagesStagePolicyPutRequestBodyContentApplicationJsonEmergencyRolesValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/applications/{application}/stages/{stage}/policy"]["put"]["requestBody"]["content"]["application/json"]["emergency"]["roles"]> = ["ci", "operator", "approver", "auditor", "admin"];
export const pathsV1ApplicationsApplicationStagesStagePolicyApprovalsPostRequestBodyContentApplicationJsonPolicyPinsValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/applications/{application}/stages/{stage}/policy/approvals"]["post"]["requestBody"]["content"]["application/json"]["policy"]["pins"]> = ["warn", "refuse"];
export const pathsV1ApplicationsApplicationStagesStagePolicyApprovalsPostRequestBodyContentApplicationJsonPolicyEmergencyRolesValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/applications/{application}/stages/{stage}/policy/approvals"]["post"]["requestBody"]["content"]["application/json"]["policy"]["emergency"]["roles"]> = ["ci", "operator", "approver", "auditor", "admin"];
export const pathsV1ApplicationsApplicationStagesStagePolicyApprovalsPostRequestBodyContentApplicationJsonDecisionValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/applications/{application}/stages/{stage}/policy/approvals"]["post"]["requestBody"]["content"]["application/json"]["decision"]> = ["approve", "refuse"];
export const pathsV1ApplicationsApplicationStagesStageRevalidationsGetParametersQueryOpenValues: ReadonlyArray<FlattenedDeepRequired<paths>["/v1/applications/{application}/stages/{stage}/revalidations"]["get"]["parameters"]["query"]["open"]> = ["true", "false"];
export const errorCodeValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["ErrorCode"]> = ["VALIDATION_FAILED", "UNAUTHENTICATED", "TOO_MANY_FAILED_LOGINS", "TOO_MANY_REQUESTS", "TOO_MANY_OPEN_REQUESTS", "FORBIDDEN", "REQUEST_NOT_OF_PAGE", "OUTSIDE_GRANT", "NOT_BY_REQUESTER", "EMERGENCY_NOT_ALLOWED", "OUTSIDE_BINDING", "UNSUPPORTED_GRANT_TYPE", "TOKEN_NOT_EXCHANGEABLE", "EXCHANGE_TARGET_REFUSED", "SECRET_SHOWN_ONCE", "SECRET_IN_NAME", "NOT_FOUND", "PAYLOAD_TOO_LARGE", "MALFORMED_REQUEST", "HEADERS_TOO_LARGE", "REQUEST_TOO_SLOW", "UNSUPPORTED_MEDIA_TYPE", "IDEMPOTENCY_KEY_REUSED", "IDEMPOTENCY_IN_PROGRESS", "TOO_MANY_FOLLOWERS", "UNKNOWN_TARGET", "SCOPE_TOO_WIDE", "UNKNOWN_COMPONENT", "DUPLICATE_COMPONENT", "NOTHING_PICKED", "REASON_REQUIRED", "STRATEGY_UNSUPPORTED", "NOT_A_PACKAGE", "DIGEST_DIFFERS", "UPLOAD_INCOMPLETE", "DEPLOYMENT_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "DEPLOYMENT_NOT_COMPLETED", "DEPLOYMENT_NOT_FINISHED", "NOTHING_ALTERED", "BACKUP_NOT_READY", "ALREADY_FINISHED", "OUTCOME_DIFFERS", "NOT_A_DRAFT", "PLAN_MISSING", "PLAN_STALE", "APPROVAL_NEEDED", "NOT_AN_EMERGENCY", "DRILL_ONLY", "NOT_ACTIVE", "PINNED", "ROLLBACK_NOT_FINISHED", "PACKAGE_DIFFERS", "BUILD_NOT_SUCCESSFUL", "SEVERAL_TARGETS", "SEVERAL_DEPLOYMENTS", "NO_COMMAND_AWAITED", "PLAN_REFUSED", "JOB_FAULT", "VERIFY_FAILED", "STEP_FAILED", "EFFECT_UNKNOWN", "RECORD_FAILED", "DEPLOY_FAILED", "COMMAND_FAILED", "CANCELLED", "RESTORED", "ABANDONED", "WRONG_TARGET", "INCOMPLETE_BACKUP", "KIND_UNKNOWN", "OWNED_BY_STACK", "REQUIRES_COMPONENT", "TRIGGER_ELSEWHERE", "IMMUTABLE_FIELD", "LIVE_UNREADABLE", "STATEMENT_LOST", "CONFIGURATION_TOO_LARGE", "LIMIT_EXCEEDED", "LAYER_GONE", "SIGNING_CONFIG_GONE", "REFERENCE_GONE", "VERSION_GONE", "CONFLICT", "DESTRUCTIVE", "LOSS_TOLD", "SCOPE_MATCHED_NOTHING", "ROLLBACK_NOT_CERTAIN", "STAGING_BUCKET_NEEDED", "ARTIFACT_MISSING", "STACK_NOT_UPDATABLE", "SPLICE_IMPOSSIBLE", "CHANGE_SET_WIDER", "STACK_POLICY_DENIES", "OWNED_ELSEWHERE", "NOECHO_VALUE_LOST", "EXPORT_IN_USE", "EXPORT_MISSING", "EXPORT_TAKEN", "ORDER_IMPOSSIBLE", "NESTED_STACK", "IMAGE_NOT_KEPT", "VALUE_LOOKED_UP", "NESTED_TEMPLATES", "TEMPLATE_UNREADABLE", "LIMIT_UNCHECKED", "REFERENCE_UNCHECKED", "TRAFFIC_SHIFTS", "LEAVES_STACK_BEHIND", "OVERWRITES_LATER_DEPLOYMENT", "VALUE_ROLLED_BACK", "TEMPLATE_TEXT_STAYS", "PHYSICAL_ID_CHANGED", "SECRET_KEPT", "RESOURCE_RETAINED", "RESOURCE_NOT_FOUND_AGAIN", "RESOURCE_IMPORTED", "VERSION_NOT_KEPT", "LATEST_CHANGED_BRIEFLY", "PARTLY_COMPARED", "OTHER_RUNTIME_PATCH", "LAYER_REPUBLISHED", "CODE_RELOCATED", "RUNTIME_BLOCKED", "EFFECT_NEEDS_MORE", "AWS_THROTTLED", "AWS_DENIED", "AWS_CREDENTIALS", "AWS_NOT_FOUND", "AWS_IN_PROGRESS", "AWS_PRECONDITION", "AWS_REJECTED", "AWS_UNSUPPORTED", "AWS_LIMIT", "AWS_ANSWER_TOO_LARGE", "AWS_ANSWER_UNREADABLE", "AWS_UNAVAILABLE", "LEASE_LOST", "SHUTTING_DOWN", "OVERLOADED", "FENCED", "DISK_FULL", "STORE_UNAVAILABLE", "KEY_UNAVAILABLE", "KEY_DENIED", "KEY_DISABLED", "KEY_LOST", "KEY_FILE_READ_ONLY", "INVALID_SETTINGS", "INTERNAL"];
export const activityTypeValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Activity"]["type"]> = ["deploy", "rollback"];
export const activityStatusValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Activity"]["status"]> = ["Draft", "Queued", "In Progress", "Completed", "Exception"];
export const deploymentTypeValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Deployment"]["type"]> = ["deploy"];
export const deploymentStatusValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Deployment"]["status"]> = ["Draft", "Queued", "In Progress", "Completed", "Exception"];
export const deploymentOnFailureValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Deployment"]["onFailure"]> = ["none", "rollback"];
export const deploymentSnapshotStatusValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Deployment"]["snapshot"]["status"]> = ["Pending", "Ready", "Failed"];
export const deploymentRecordAnyOf0StatusValues: ReadonlyArray<Extract<FlattenedDeepRequired<components>["schemas"]["Deployment"]["record"], {
    status: unknown;
}>["status"]> = ["Pending", "Ready", "Failed"];
export const deploymentOutcomeAnyOf0Values: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Deployment"]["outcome"]> = ["succeeded", "failed"];
export const alteredComponentKindValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["AlteredComponent"]["kind"]> = ["stack", "stack-resource", "lambda-config", "lambda-code", "lambda-runtime", "lambda-alias", "lambda-async", "lambda-policy", "lambda-url", "lambda-trigger", "lambda-concurrency", "lambda-tags"];
export const alteredComponentChangeValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["AlteredComponent"]["change"]> = ["added", "modified", "deleted"];
export const alteredComponentReadinessValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["AlteredComponent"]["readiness"]> = ["reversible", "reversible-with-loss", "irreversible"];
export const rollbackTypeValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Rollback"]["type"]> = ["rollback"];
export const rollbackStatusValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Rollback"]["status"]> = ["Draft", "Queued", "In Progress", "Completed", "Exception"];
export const rollbackOutcomeAnyOf0Values: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Rollback"]["outcome"]> = ["succeeded", "failed"];
export const rollbackStrategyValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Rollback"]["strategy"]> = ["auto", "stack", "direct"];
export const rollbackOnConflictValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Rollback"]["onConflict"]> = ["fail", "restore", "keep-live"];
export const rollbackOnErrorValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Rollback"]["onError"]> = ["stop", "continue", "compensate"];
export const rollbackWaiverAnyOf0Values: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Rollback"]["waiver"]> = ["emergency", "compensation", "auto-rollback"];
export const lossClassValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Loss"]["class"]> = ["data", "address", "told"];
export const planStepChangeSetAnyOf0GatedValues: ReadonlyArray<Extract<FlattenedDeepRequired<components>["schemas"]["PlanStep"]["changeSet"], {
    gated: unknown;
}>["gated"]> = ["before the run", "at its turn"];
export const planStepActionValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["PlanStep"]["action"]> = ["restore", "remove", "recreate", "unchanged", "refused"];
export const planStepStrategyValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["PlanStep"]["strategy"]> = ["stack", "direct"];
export const rollbackComponentActionValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["RollbackComponent"]["action"]> = ["restore", "remove", "recreate", "unchanged", "refused"];
export const rollbackComponentStatusValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["RollbackComponent"]["status"]> = ["Pending", "Running", "Restored", "Removed", "Recreated", "Unchanged", "Skipped", "Failed"];
export const rollbackComponentStrategyValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["RollbackComponent"]["strategy"]> = ["stack", "direct"];
export const logLineLevelValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["LogLine"]["level"]> = ["debug", "info", "warn", "error"];
export const packageFormatValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Package"]["format"]> = ["tar", "tar.gz", "zip"];
export const buildDeploymentsStatusValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Build"]["deployments"]["status"]> = ["Draft", "Queued", "In Progress", "Completed", "Exception"];
export const buildDeploymentsOutcomeAnyOf0Values: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Build"]["deployments"]["outcome"]> = ["succeeded", "failed"];
export const snapshotPurposeValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Snapshot"]["purpose"]> = ["backup", "record"];
export const snapshotStatusValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Snapshot"]["status"]> = ["Pending", "Ready", "Failed"];
export const snapshotComponentKindValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["SnapshotComponent"]["kind"]> = ["stack", "stack-resource", "lambda-config", "lambda-code", "lambda-runtime", "lambda-alias", "lambda-async", "lambda-policy", "lambda-url", "lambda-trigger", "lambda-concurrency", "lambda-tags"];
export const snapshotComponentReadinessAnyOf0Values: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["SnapshotComponent"]["readiness"]> = ["reversible", "reversible-with-loss", "irreversible"];
export const revalidationSubjectValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Revalidation"]["subject"]> = ["branch", "build"];
export const stagePolicyPinsValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["StagePolicy"]["pins"]> = ["warn", "refuse"];
export const stagePolicyEmergencyRolesValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["StagePolicy"]["emergency"]["roles"]> = ["ci", "operator", "approver", "auditor", "admin"];
export const approvalDecisionValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Approval"]["decision"]> = ["approve", "refuse"];
export const grantRoleValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Grant"]["role"]> = ["ci", "operator", "approver", "auditor", "admin"];
export const keyPurposeValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Key"]["purpose"]> = ["data", "digest", "name", "fingerprint", "audit"];
export const keyRotationStatusValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["KeyRotation"]["status"]> = ["Queued", "In Progress", "Completed", "Exception"];
export const verificationStatusValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Verification"]["status"]> = ["Queued", "In Progress", "Completed", "Exception"];
export const findingKindValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Finding"]["kind"]> = ["state", "artifact", "package", "row", "record", "database", "file"];
export const findingDamageValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Finding"]["damage"]> = ["lost", "cut", "extended", "swapped", "altered", "unreadable", "left-over"];
