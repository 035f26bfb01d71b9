/** Issuers of OIDC tokens on loopback: a real one (oidc-provider), and addresses that answer as a test wants. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CompactSign,
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
} from "jose";
import Provider from "oidc-provider";
import type { Test } from "tap";
import type { TestService } from "./test-service.ts";

export const AUDIENCE = "https://stepback.example.com";

/** Starts a server on a free port; returns its origin. `answer` may be set later. */
export async function serveOn(t: Test, answer: { listener: RequestListener }): Promise<string> {
  const server = createServer((request, response) => answer.listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Responds with a body by path; 404 for others. `asked` counts. */
export function answering(bodies: Readonly<Record<string, () => unknown>>, asked: string[] = []): RequestListener {
  return ({ url = "" }, response) => {
    asked.push(url);
    const body = bodies[url];
    response.writeHead(body ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(body?.() ?? {}));
  };
}

export const DISCOVERY = "/.well-known/openid-configuration";

export interface TestKey extends GenerateKeyPairResult {
  readonly kid: string;
  readonly alg: string;
  /** As a set of keys publishes it. */
  readonly jwk: JWK;
}

export async function newKey(alg: string, kid: string): Promise<TestKey> {
  const pair = await generateKeyPair(alg, { extractable: true });
  return { ...pair, kid, alg, jwk: { ...(await exportJWK(pair.publicKey)), kid, alg, use: "sig" } };
}

/** Signs claims, whatever they are, under a header. */
export async function sign(key: TestKey, claims: unknown, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  const { alg, kid } = key;
  const signing = new CompactSign(bytes).setProtectedHeader({ alg, kid, typ: "JWT", ...header });
  const crit = Object.fromEntries((header.crit ?? []).map((name) => [name, true]));
  return signing.sign(key.privateKey, { crit });
}

/** The claims that GitHub documents for a job with an environment ("OpenID Connect reference"), valid now. */
export function gitHubClaims(issuer: string, { clock }: TestService): JWTPayload {
  const now = Math.floor(clock.now() / 1_000);
  return {
    jti: "example-id",
    sub: "repo:acme/shop:environment:prod",
    environment: "prod",
    aud: AUDIENCE,
    ref: "refs/heads/main",
    sha: "3f2c1e0d9b8a7f6e5d4c3b2a19080706050403f2",
    repository: "acme/shop",
    repository_owner: "acme",
    actor_id: "12",
    repository_visibility: "private",
    repository_id: "74",
    repository_owner_id: "65",
    run_id: "1234567890",
    run_number: "10",
    run_attempt: "2",
    runner_environment: "github-hosted",
    actor: "octocat",
    workflow: "deploy",
    head_ref: "",
    base_ref: "",
    event_name: "workflow_dispatch",
    ref_type: "branch",
    job_workflow_ref: "acme/automation/.github/workflows/deploy.yml@refs/heads/main",
    server_url: "https://github.com",
    iss: issuer,
    nbf: now - 600,
    exp: now + 300,
    iat: now - 5,
  };
}

/** The claims that GitLab documents for a job ("ID token authentication"). */
export function gitLabClaims(issuer: string, { clock }: TestService): JWTPayload {
  const now = Math.floor(clock.now() / 1_000);
  return {
    namespace_id: "72",
    namespace_path: "my-group",
    project_id: "20",
    project_path: "my-group/my-project",
    user_id: "1",
    user_login: "sample-user",
    user_email: "sample-user@example.com",
    user_identities: [{ provider: "github", extern_uid: "2435223452345" }],
    pipeline_id: "574",
    pipeline_source: "push",
    job_id: "302",
    ref: "feature-branch-1",
    ref_type: "branch",
    ref_path: "refs/heads/feature-branch-1",
    ref_protected: "false",
    groups_direct: ["mygroup/mysubgroup", "myothergroup/myothersubgroup"],
    environment: "test-environment2",
    environment_protected: "false",
    deployment_tier: "testing",
    environment_action: "start",
    runner_id: 1,
    runner_environment: "self-hosted",
    sha: "714a629c0b401fdce83e847fc9589983fc6f46bc",
    project_visibility: "public",
    ci_config_ref_uri: "gitlab.example.com/my-group/my-project//.gitlab-ci.yml@refs/heads/main",
    jti: "235b3a54-b797-45c7-ae9a-f72d7bc6ef5b",
    iat: now - 5,
    nbf: now - 10,
    exp: now + 3_600,
    iss: issuer,
    sub: "project_path:my-group/my-project:ref_type:branch:ref:feature-branch-1",
    aud: AUDIENCE,
  };
}

/** A real issuer whose keys the tests have as well, so that they can sign what it never would. */
export async function startProvider(
  t: Test,
  keys: readonly TestKey[],
): Promise<{ url: string; issue(): Promise<string> }> {
  const answer: { listener: RequestListener } = { listener: () => {} };
  const url = await serveOn(t, answer);
  const secret = "a-secret-of-the-client-0123456789";
  const privates = await Promise.all(
    keys.map(async ({ privateKey, kid, alg }) => ({ ...(await exportJWK(privateKey)), kid, alg, use: "sig" })),
  );
  const provider = new Provider(url, {
    jwks: { keys: privates as never },
    cookies: { keys: ["a key of the cookies"] },
    clients: [
      {
        client_id: "shop",
        client_secret: secret,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "",
          audience: AUDIENCE,
          accessTokenTTL: 300,
          accessTokenFormat: "jwt" as const,
        }),
      },
    },
    formats: {
      customizers: {
        jwt: (_context: unknown, _token: unknown, jwt: { header?: object | undefined; payload: object }) => {
          jwt.header = { typ: "JWT" };
          Object.assign(jwt.payload, { repository: "acme/shop", ref: "refs/heads/main", environment: "prod" });
        },
      },
    },
  });
  answer.listener = provider.callback();
  const issue = async () => {
    const response = await fetch(`${url}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`shop:${secret}`).toString("base64")}` },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
    return String(((await response.json()) as { access_token?: string }).access_token);
  };
  return { url, issue };
}
