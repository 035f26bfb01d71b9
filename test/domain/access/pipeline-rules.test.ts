import t from "tap";
import { EVERYWHERE } from "#src/domain/access/grants";
import { claimMatches, grantsFor, type PipelineRule, readPipelineRules } from "#src/domain/access/pipeline-rules";
import { pipelineRunOf } from "#src/domain/access/pipeline-run";
import { whyEverybody } from "#src/domain/access/shared-issuers";

const GITHUB = "https://token.actions.githubusercontent.com";
const GITLAB = "https://gitlab.com";
const RULE = { issuer: GITHUB, audience: "stepback", claims: { repository: "acme/shop" }, role: "ci" };

t.test("a rule is a grant for the tokens that it admits", async (t) => {
  const { rules, faults } = readPipelineRules([{ ...RULE, applications: ["shop"], stages: ["prod*"] }]);
  t.same(faults, []);
  const grant = { role: "ci", ...EVERYWHERE, applications: ["shop"], stages: ["prod*"] };
  t.same(rules, [{ issuer: GITHUB, audience: "stepback", claims: { repository: "acme/shop" }, grant }]);
});

t.test("every fault of the rules is said at once, with its entry", async (t) => {
  const { audience: _left, ...noAudience } = RULE;
  const { claims: _none, ...noClaims } = RULE;
  const { faults } = readPipelineRules([
    noAudience,
    { ...RULE, audiences: ["x"], subject: "y" },
    { ...RULE, issuer: "http://issuer.example.com" },
    { ...RULE, issuer: `${GITHUB}/?x=1` },
    { ...RULE, issuer: "https://GitLab.com" },
    noClaims,
    { ...RULE, claims: {} },
    { ...RULE, claims: { repository: 7 } },
    { ...RULE, role: "owner" },
    { ...RULE, stages: [] },
    { login: { issuer: GITHUB, clientId: "x" } },
    "rule",
    { ...RULE, claims: { repository: "*/*" } },
  ]);
  t.match(faults, [
    /^entry 0: .*audience/,
    /^entry 1: `audiences` is not known; `subject` is not known$/,
    /^entry 2: issuer must be an https address/,
    /^entry 3: issuer must be/,
    /^entry 4: issuer must be/,
    /^entry 5: .*claims/,
    /^entry 6: claims /,
    /^entry 7: claims\/repository /,
    /^entry 8: role /,
    /^entry 9: stages /,
    /^entry 10: `login`, for people, is not supported yet$/,
    /^entry 11: /,
    /^entry 12: would admit pipelines of everybody on token.actions.githubusercontent.com/,
  ]);
  t.equal(faults.length, 13);
});

t.test("a rule for a shared issuer names an owner, and none admits everybody", async (t) => {
  const everybody: [string, Record<string, string>][] = [
    ...["*", "*/*", "*/shop", "acme*/shop", "a*/shop", "/x", "acme"].map(
      (repository): [string, Record<string, string>] => [GITHUB, { repository }],
    ),
    ...["repo:*", "repo:*/*:*", "repo:*/shop:ref:refs/heads/main", "repo:acme*/shop:*", "*", "repo:acme"].map(
      (sub): [string, Record<string, string>] => [GITHUB, { sub }],
    ),
    [GITHUB, { ref: "refs/heads/main", environment: "prod" }],
    [GITHUB, { job_workflow_ref: "acme/automation/.github/workflows/deploy.yml@refs/heads/main" }],
    [GITHUB, { repository_owner: "acme*" }],
    [GITHUB, { project_path: "acme/shop" }],
    [GITHUB, { toString: "acme/shop" }],
    [`${GITHUB}/acme`, { ref: "refs/heads/main" }],
    [GITLAB, { project_path: "*/shop" }],
    [GITLAB, { namespace_path: "*" }],
    [GITLAB, { sub: "project_path:*/shop:ref_type:branch:ref:main" }],
    [GITLAB, { user_login: "somebody" }],
    ["https://gitlab.com/", { ref: "main" }],
    ["https://gitlab.acme.example", { project_path: "*/*" }],
    ["https://gitlab.acme.example", { sub: "repo:*" }],
  ];
  for (const [issuer, claims] of everybody) t.match(whyEverybody(issuer, claims), /everybody/, JSON.stringify(claims));
  const bound: [string, Record<string, string>][] = [
    [GITHUB, { repository: "acme/shop" }],
    [GITHUB, { repository: "acme/*" }],
    [GITHUB, { repository: "*/*", repository_owner: "acme" }],
    [GITHUB, { repository_owner_id: "65" }],
    [GITHUB, { sub: "repo:acme/shop:environment:prod" }],
    [GITHUB, { sub: "repo:acme/*:*" }],
    [GITLAB, { project_path: "acme/*" }],
    [GITLAB, { namespace_path: "acme" }],
    [GITLAB, { project_id: "20" }],
    [GITLAB, { sub: "project_path:acme/shop:ref_type:branch:ref:*" }],
    ["https://gitlab.acme.example", { project_path: "shop/*" }],
  ];
  for (const [issuer, claims] of bound) t.equal(whyEverybody(issuer, claims), null, JSON.stringify(claims));
});

t.test("an asterisk of a pattern stays inside a segment, and one of a claim is a plain character", async (t) => {
  const cases: [string, string, unknown, boolean][] = [
    ["repository", "acme/shop", "acme/shop", true],
    ["repository", "acme/*", "acme/shop", true],
    ["repository", "acme/shop-*", "acme/shop-api", true],
    ["ref", "refs/heads/*", "refs/heads/main", true],
    ["ref", "refs/heads/*", "refs/heads/feature/x", false],
    ["ref", "refs/heads/*/*", "refs/heads/feature/x", true],
    ["repository", "acme/*", "acme/shop/evil", false],
    ["repository", "acme/shop", "acme/shop2", false],
    ["repository", "acme/shop", "xacme/shop", false],
    ["repository", "acme/shop", "Acme/Shop", false],
    ["repository", "acme/shop", "acme/shop ", false],
    ["repository", "acme/shop", "acme/shop\n", false],
    ["repository", "acme/shop", "*/*", false],
    ["repository", "acme/shop", "acme/*", false],
    ["repository", "acme/shop", "acme:shop", false],
    ["environment", "prod", undefined, false],
    ["environment", "*", undefined, false],
    ["repository", "acme/shop", ["acme/shop"], false],
    ["repository", "acme/shop", { toString: "acme/shop" }, false],
    ["run_number", "1", 1, false],
    ["ref_protected", "true", true, false],
    ["sub", "repo:acme/shop:*", "repo:acme/shop:pull_request", true],
    ["sub", "repo:acme/shop:*", "repo:acme/shop:environment:prod", false],
    ["sub", "repo:acme/*:environment:prod", "repo:acme/shop:environment:prod", true],
    ["sub", "repo:acme/*", "repo:acme/shop:environment:prod", false],
    ["sub", "repo:acme/shop:ref:refs/heads/main", "repo:acme/shop/ref:refs/heads/main", false],
    ["workflow", "de*:x", "deploy:now:x", true],
    ["ref", "x".repeat(1_001), "x".repeat(1_001), false],
  ];
  for (const [name, pattern, claim, matches] of cases)
    t.equal(
      claimMatches(name, pattern, claim),
      matches,
      `${name}: ${pattern.slice(0, 40)} and ${String(JSON.stringify(claim)).slice(0, 40)}`,
    );
});

t.test("several rules that admit a token give several grants; one claim that differs gives none", async (t) => {
  const rule = (
    claims: Record<string, string>,
    more: Partial<PipelineRule["grant"]> = {},
    audience = "us",
  ): PipelineRule => ({
    ...{ issuer: GITHUB, audience, claims },
    grant: { role: "ci", ...EVERYWHERE, ...more },
  });
  const rules = [
    rule({ repository: "acme/shop" }, { stages: ["dev"] }),
    rule({ repository: "acme/shop", ref: "refs/heads/main" }, { stages: ["prod"] }),
    rule({ repository: "acme/shop", ref: "refs/heads/old" }, { stages: ["old"] }),
    rule({ repository: "acme/shop" }, { stages: ["theirs"] }, "them"),
  ];
  const claims = { aud: "us", repository: "acme/shop", ref: "refs/heads/main" };
  const stages = (more: object) => grantsFor(rules, { ...claims, ...more }).flatMap((grant) => grant.stages);
  t.same(stages({}), ["dev", "prod"]);
  t.same(stages({ ref: "refs/heads/x" }), ["dev"]);
  t.same(stages({ aud: ["us"] }), ["dev", "prod"]);
  t.same(stages({ aud: ["us", "them"] }), [], "whoever else received it could send it here");
  t.same(stages({ aud: [] }), []);
  t.same(stages({ aud: undefined }), []);
  t.same(stages({ repository: "acme/other" }), []);
});

t.test("the run and the actor are those of the claims, as an address that nobody can bend", async (t) => {
  const run = { repository: "acme/shop", run_id: "12", run_attempt: "2", actor: "octocat", sub: "s" };
  const address = "https://github.com/acme/shop/actions/runs/12";
  t.same(pipelineRunOf(GITHUB, run), { name: "acme/shop", run: `${address}/attempts/2`, actor: "octocat" });
  t.equal(pipelineRunOf(GITHUB, { ...run, run_attempt: undefined }).run, address);
  t.equal(
    pipelineRunOf("https://ghe.acme.example/_services/token", run).run,
    "https://ghe.acme.example/acme/shop/actions/runs/12/attempts/2",
  );
  t.equal(
    pipelineRunOf("https://token.actions.acme.ghe.com", run).run,
    "https://acme.ghe.com/acme/shop/actions/runs/12/attempts/2",
  );
  t.match(
    pipelineRunOf("https://ghe.acme.example/tokens", { ...run, server_url: "https://ghe.acme.example" }).run,
    /^https:\/\/ghe\.acme\.example\/acme/,
  );
  for (const bad of [
    { ...run, repository: "acme/x?y" },
    { ...run, repository: "acme/.." },
    { ...run, run_id: "12/../../x" },
    { ...run, server_url: "javascript:alert(1)" },
    { sub: "s" },
  ])
    t.equal(pipelineRunOf(GITHUB, bad).run, null, JSON.stringify(bad));
  const job = { project_path: "acme/sub/shop", job_id: "302", pipeline_id: 574, user_login: "ann", sub: "s" };
  t.same(pipelineRunOf(GITLAB, job), {
    name: "acme/sub/shop",
    run: "https://gitlab.com/acme/sub/shop/-/jobs/302",
    actor: "ann",
  });
  t.equal(pipelineRunOf(GITLAB, { ...job, job_id: undefined }).run, "https://gitlab.com/acme/sub/shop/-/pipelines/574");
  t.same(pipelineRunOf(GITLAB, { sub: "only" }), { name: "only", run: null, actor: null });
});
