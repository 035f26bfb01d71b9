import type { Claims } from "./pipeline-rules.ts";

/** What the claims of a pipeline say for people. */
export interface PipelineRun {
  /** The repository or the project; the subject of the token where it names neither. */
  readonly name: string;
  /** The address of the run; null where the claims do not make one. */
  readonly run: string | null;
  /** Who started it. */
  readonly actor: string | null;
}

/**
 * The run that a token of GitHub Actions or GitLab CI was made for. Claims: docs.github.com "OpenID Connect reference",
 * docs.gitlab.com "OpenID Connect (OIDC) Authentication Using ID Tokens". Pure.
 */
export function pipelineRunOf(issuer: string, claims: Claims): PipelineRun {
  const name = textOf(claims, "repository", "project_path") ?? String(claims["sub"]);
  return { name, run: runOf(issuer, claims), actor: textOf(claims, "actor", "user_login") };
}

/** Characters of repositories and projects. Anything else would be another address. */
const PATH = /^(?!.*(^|\/)\.\.?(\/|$))[\w.-]+(\/[\w.-]+)+$/;
const NUMBER = /^\d{1,20}$/;

function runOf(issuer: string, claims: Claims): string | null {
  const [repository, project] = [textOf(claims, "repository"), textOf(claims, "project_path")];
  if (repository !== null && PATH.test(repository)) return gitHubRun(gitHubServer(issuer, claims), repository, claims);
  return project !== null && PATH.test(project) ? gitLabRun(issuer, project, claims) : null;
}

function gitHubRun(server: string | null, repository: string, claims: Claims): string | null {
  const [run, attempt] = [numberOf(claims, "run_id"), numberOf(claims, "run_attempt")];
  if (server === null || run === null) return null;
  const address = `${server}/${repository}/actions/runs/${run}`;
  return attempt === null ? address : `${address}/attempts/${attempt}`;
}

/** github.com, `NAME.ghe.com`, or the server that issues tokens below its own path `/_services/token`. */
function gitHubServer(issuer: string, claims: Claims): string | null {
  const said = textOf(claims, "server_url");
  if (said !== null)
    return URL.canParse(said) && /^https?:$/.test(new URL(said).protocol) ? new URL(said).origin : null;
  const { origin, hostname, pathname } = new URL(issuer);
  if (hostname === "token.actions.githubusercontent.com") return "https://github.com";
  const tenant = /^token\.actions\.([\w-]+\.ghe\.com)$/.exec(hostname)?.[1];
  if (tenant !== undefined) return `https://${tenant}`;
  return pathname === "/_services/token" ? origin : null;
}

function gitLabRun(issuer: string, project: string, claims: Claims): string | null {
  const place = `${issuer.replace(/\/$/, "")}/${project}/-`;
  const [job, pipeline] = [numberOf(claims, "job_id"), numberOf(claims, "pipeline_id")];
  if (job !== null) return `${place}/jobs/${job}`;
  return pipeline === null ? null : `${place}/pipelines/${pipeline}`;
}

/** The first of the claims that is a text. */
function textOf(claims: Claims, ...names: readonly string[]): string | null {
  return (
    (names.map((name) => claims[name]).find((claim) => typeof claim === "string" && claim !== "") as string) ?? null
  );
}

function numberOf(claims: Claims, name: string): string | null {
  const claim = String(claims[name]);
  return NUMBER.test(claim) ? claim : null;
}
