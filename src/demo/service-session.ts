import type { Deployment, Plan, Rollback } from "#client/api-types";
import { type Api, connect, unwrap } from "#client/connect";
import { waitForBackup, waitForPlan, waitForRecord, waitForRollback } from "#client/jobs";
import type { ComponentId } from "../domain/component/component.ts";

/** A service that the demo has started. */
export interface StartedService {
  readonly url: string;
  readonly adminToken: string;
  close(): Promise<void>;
}

/** The requests that a pipeline and the page send to the API. */
export class ServiceSession {
  readonly #api: Api;

  /** Once `interrupted` aborts, every call rejects with its reason. */
  constructor({ url, adminToken }: StartedService, interrupted: AbortSignal) {
    this.#api = connect({ url, token: adminToken }, interrupted);
  }

  /** Opens a deployment. Resolves once its backup is Ready or the job has ended. */
  async openDeployment(scope: { stacks: string[]; functions: string[] }): Promise<Deployment> {
    const body = { application: "shop", stage: "demo", branch: "main", build: "1842", commit: "3f2c9d1", scope };
    const { id } = await unwrap(this.#api.POST("/v1/deployments", { body }));
    return waitForBackup(this.#api, id);
  }

  /** Reports that the deploy succeeded. Resolves once what it altered is recorded. */
  async finishDeployment(id: string): Promise<Deployment> {
    const body = { outcome: "succeeded" } as const;
    await unwrap(this.#api.POST("/v1/deployments/{id}/finish", { params: { path: { id } }, body }));
    return waitForRecord(this.#api, id);
  }

  async openDraft(deployment: string, reason: string): Promise<Rollback> {
    return unwrap(this.#api.POST("/v1/rollbacks", { body: { deployment, components: [], run: false, reason } }));
  }

  async add(id: string, components: readonly ComponentId[]): Promise<Rollback> {
    const params = { path: { id } };
    return unwrap(this.#api.POST("/v1/rollbacks/{id}/components", { params, body: { add: [...components] } }));
  }

  async plan(id: string): Promise<Plan> {
    await unwrap(this.#api.POST("/v1/rollbacks/{id}/plan", { params: { path: { id } } }));
    return waitForPlan(this.#api, id);
  }

  /** Runs exactly the plan with that digest. Resolves once the job has ended. */
  async run(id: string, planDigest: string): Promise<Rollback> {
    await unwrap(this.#api.POST("/v1/rollbacks/{id}/run", { params: { path: { id } }, body: { planDigest } }));
    return waitForRollback(this.#api, id);
  }
}
