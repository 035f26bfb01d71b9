/** A text without a wildcard. */
const EXACT = /^[^*]+$/;
/** The first segment is exact: anybody may register an owner that begins like another one. */
const OWNER_FIRST = /^[^*/]+\/./;

/**
 * Issuers that sign for everybody's pipelines, by host, and the patterns that bind a rule to one owner. A claim that a foreign
 * pipeline can have as well, such as the called workflow of `job_workflow_ref`, binds nothing.
 */
const SHARED_ISSUERS: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  "token.actions.githubusercontent.com": {
    repository: OWNER_FIRST,
    repository_id: EXACT,
    repository_owner: EXACT,
    repository_owner_id: EXACT,
    enterprise: EXACT,
    enterprise_id: EXACT,
    sub: /^repo:[^*/:]+\/./,
  },
  "gitlab.com": {
    project_path: OWNER_FIRST,
    project_id: EXACT,
    namespace_path: /^[^*/]+(\/|$)/,
    namespace_id: EXACT,
    sub: /^project_path:[^*/:]+\/./,
  },
};

/** Why a rule would admit everybody whom its issuer knows; null when it would not. Pure. */
export function whyEverybody(issuer: string, claims: Readonly<Record<string, string>>): string | null {
  const { hostname } = new URL(issuer);
  const owners = SHARED_ISSUERS[hostname];
  if (owners) {
    const isBound = Object.entries(claims).some(
      ([name, pattern]) => Object.hasOwn(owners, name) && owners[name]?.test(pattern),
    );
    if (isBound) return null;
    const names = Object.keys(owners).join(", ");
    return `would admit pipelines of everybody on ${hostname}: name the owner, without \`*\`, in one of the claims ${names}`;
  }
  const saysSomething = Object.entries(claims).some(([name, pattern]) =>
    /[^*/:]/.test(name === "sub" ? pattern.replace(/^\w+:/, "") : pattern),
  );
  return saysSomething ? null : `would admit everybody whom ${issuer} knows: no claim says more than \`*\``;
}
