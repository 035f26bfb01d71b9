import { type Api, answered, connect, type Deployment, type Plan, type Rollback } from "#cli/api";
import type { ComponentId } from "../domain/component/component.ts";

/** A service that the demo has had started. */
export interface StartedService {
  readonly url: string;
  readonly adminToken: string;
  close(): Promise<void>;
}

const WAIT_SECONDS = 60;

/** What a pipeline and the page ask of the API, one call each. */
export class ServiceSession {
  readonly #api: Api;

  /** Once `interrupted` aborts, every call rejects with its reason. */
  constructor({ url, adminToken }: StartedService, interrupted: AbortSignal) {
    this.#api = connect({ url, token: adminToken }, interrupted);
  }

  /** Opens a deployment and answers once its backup is Ready or the job has ended. */
  async openDeployment(scope: { stacks: string[]; functions: string[] }): Promise<Deployment> {
    const body = { application: "shop", stage: "demo", branch: "main", build: "1842", commit: "3f2c9d1", scope };
    const { id } = await answered(this.#api.POST("/v1/deployments", { body }));
    return this.#waitForDeployment(id);
  }

  /** Reports that the deploy went well, and answers once what it altered is recorded. */
  async finishDeployment(id: string): Promise<Deployment> {
    const params = { path: { id } };
    await answered(this.#api.POST("/v1/deployments/{id}/finish", { params, body: { outcome: "succeeded" } }));
    return this.#waitForDeployment(id);
  }

  async openDraft(deployment: string, reason: string): Promise<Rollback> {
    return answered(this.#api.POST("/v1/rollbacks", { body: { deployment, components: [], run: false, reason } }));
  }

  async add(id: string, components: readonly ComponentId[]): Promise<Rollback> {
    const params = { path: { id } };
    return answered(this.#api.POST("/v1/rollbacks/{id}/components", { params, body: { add: [...components] } }));
  }

  async plan(id: string): Promise<Plan> {
    const params = { path: { id } };
    await answered(this.#api.POST("/v1/rollbacks/{id}/plan", { params }));
    return answered(this.#api.GET("/v1/rollbacks/{id}/plan", { params: { ...params, query: { wait: WAIT_SECONDS } } }));
  }

  /** Runs exactly the plan of that digest, and answers once the job has ended. */
  async run(id: string, planDigest: string): Promise<Rollback> {
    const params = { path: { id } };
    await answered(this.#api.POST("/v1/rollbacks/{id}/run", { params, body: { planDigest } }));
    return answered(this.#api.GET("/v1/rollbacks/{id}", { params: { ...params, query: { wait: WAIT_SECONDS } } }));
  }

  #waitForDeployment(id: string): Promise<Deployment> {
    const params = { path: { id }, query: { wait: WAIT_SECONDS } };
    return answered(this.#api.GET("/v1/deployments/{id}", { params }));
  }
}
