import type { Environment } from "./settings.ts";

/** The variables in which GitHub Actions and GitLab CI describe the run, in this order. */
const VARIABLES = {
  branch: ["GITHUB_REF_NAME", "CI_COMMIT_REF_NAME"],
  commit: ["GITHUB_SHA", "CI_COMMIT_SHA"],
  build: ["GITHUB_RUN_NUMBER", "CI_PIPELINE_ID"],
} as const;

export interface Origin {
  readonly branch?: string;
  readonly commit?: string;
  readonly build?: string;
}

/** Where a deployment comes from, according to the options, or else to CI. Unknown members are absent. */
export function originOf(options: Origin, env: Environment): Origin {
  const known = Object.entries(VARIABLES).map(([name, variables]) => {
    const given = options[name as keyof Origin];
    return [name, given ?? variables.map((variable) => env[variable]).find(Boolean)] as const;
  });
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}
