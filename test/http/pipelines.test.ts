import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import { base64url, CompactEncrypt, exportSPKI, importJWK, type JWTPayload } from "jose";
import t, { type Test } from "tap";
import { EVERYWHERE } from "#src/domain/access/grants";
import type { PipelineRule } from "#src/domain/access/pipeline-rules";
import {
  AUDIENCE,
  answering,
  DISCOVERY,
  gitHubClaims,
  gitLabClaims,
  newKey,
  serveOn,
  sign,
  startProvider,
  type TestKey,
} from "./test-issuer.ts";
import { insertLogin, startTestService, type TestService } from "./test-service.ts";

const CLAIMS = { repository: "acme/shop", ref: "refs/heads/main", environment: "prod" };

function ruleFor(issuer: string, more: Partial<PipelineRule> = {}): PipelineRule {
  const grant = { role: "ci", ...EVERYWHERE, applications: ["shop"], stages: ["prod"] } as const;
  return { issuer, audience: AUDIENCE, claims: CLAIMS, grant, ...more };
}

/** A service whose clock shows the time of day, as the issuer's does. */
async function startAt(t: Test, rules: readonly PipelineRule[]): Promise<TestService> {
  const service = await startTestService(t, rules);
  service.clock.advance(Date.now() - service.clock.now());
  return service;
}

interface Issuer {
  readonly url: string;
  /** One of each type, and a second one of the first type. */
  readonly keys: { readonly rsa: TestKey; readonly ec: TestKey; readonly rsa2: TestKey };
}

interface Forging extends Issuer {
  /** What a good token says. */
  readonly good: JWTPayload;
  /** A good token. */
  readonly token: string;
  /** Of nobody. */
  readonly stranger: TestKey;
}

const encoded = (value: unknown) => base64url.encode(JSON.stringify(value));

const hmac = (head: object, claims: object, secret: string | KeyObject) => {
  const text = `${encoded(head)}.${encoded(claims)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
};

/** A token that differs from a good one in a claim. */
function claiming(more: object): Forge {
  return ({ keys, good }) => sign(keys.rsa, { ...good, ...more });
}

/** A token that differs from a good one in its header. */
function headed(more: object): Forge {
  return ({ keys, good }) => sign(keys.rsa, good, more);
}

/** Claims whose times are relative to now, in seconds. */
function timed(times: Readonly<Record<string, number>>): Forge {
  return ({ keys, good }) => {
    const now = Number(good.iat) + 5;
    const moved = Object.fromEntries(Object.entries(times).map(([name, offset]) => [name, now + offset]));
    return sign(keys.rsa, { ...good, ...moved });
  };
}

type Forge = (about: Forging) => string | Promise<string>;

/** What is wrong, the token, and the first reason that the log gives. */
const BAD: readonly (readonly [string, Forge, RegExp])[] = [
  ["alg none", ({ good }) => `${encoded({ alg: "none" })}.${encoded(good)}.`, /algorithm is none/],
  [
    "alg None with a signature",
    ({ good, token }) => `${encoded({ alg: "None" })}.${encoded(good)}.${token.split(".")[2]}`,
    /algorithm is None/,
  ],
  ["no alg", ({ good }) => `${encoded({ typ: "JWT" })}.${encoded(good)}.AAAA`, /algorithm is/],
  [
    "HS256 with the public key as the secret",
    async ({ keys, good }) => hmac({ alg: "HS256", kid: keys.rsa.kid }, good, await exportSPKI(keys.rsa.publicKey)),
    /algorithm is HS256/,
  ],
  [
    "HS256 with the published key as the secret",
    ({ keys, good }) => hmac({ alg: "HS256", kid: keys.rsa.kid }, good, JSON.stringify(keys.rsa.jwk)),
    /algorithm is HS256/,
  ],
  ["HS512 with an empty secret", ({ good }) => hmac({ alg: "HS512" }, good, ""), /algorithm is HS512/],
  ["an algorithm in other letters", headedText({ alg: "rs256" }), /algorithm is rs256/],
  ["ES256 named for an RSA key", headedText({ alg: "ES256" }), /no applicable key/],
  ["PS256 named for a key of RS256", headedText({ alg: "PS256" }), /no applicable key/],
  ["another issuer", claiming({ iss: "https://issuer.example.com" }), /no rule is about its issuer https:\/\/issuer/],
  [
    "the issuer with a trailing slash",
    ({ keys, good }) => sign(keys.rsa, { ...good, iss: `${good.iss}/` }),
    /no rule is about/,
  ],
  [
    "the issuer in capitals",
    ({ keys, good }) => sign(keys.rsa, { ...good, iss: String(good.iss).toUpperCase() }),
    /no rule is about/,
  ],
  ["a list of issuers", ({ keys, good }) => sign(keys.rsa, { ...good, iss: [good.iss] }), /names no issuer/],
  ["no issuer", claiming({ iss: undefined }), /names no issuer/],
  ["another audience", claiming({ aud: "sts.amazonaws.com" }), /audience is sts.amazonaws.com/],
  ["an audience that begins like ours", claiming({ aud: `${AUDIENCE}/` }), /audience is/],
  ["a list of audiences with ours in it", claiming({ aud: [AUDIENCE, "sts.amazonaws.com"] }), /audience is/],
  ["a list with no audience", claiming({ aud: [] }), /audience|aud/],
  ["an object as audience", claiming({ aud: { [AUDIENCE]: true } }), /audience|aud/],
  ["no audience", claiming({ aud: undefined }), /"aud" claim/],
  ["expired two minutes ago", timed({ iat: -600, exp: -120 }), /"exp" claim/],
  ["no expiry", claiming({ exp: undefined }), /"exp" claim/],
  ["an expiry that is a text", claiming({ exp: "4102444800" }), /"exp" claim/],
  ["an expiry that is no number of JSON", ({ keys, good }) => sign(keys.rsa, { ...good, exp: null }), /"exp" claim/],
  ["valid for years", timed({ exp: 5 * 365 * 86_400 }), /valid for over 24 hours/],
  ["not valid yet", timed({ nbf: 120 }), /"nbf" claim/],
  ["a start that is a text", claiming({ nbf: "0" }), /"nbf" claim/],
  ["made two minutes from now", timed({ iat: 120 }), /"iat" claim/],
  ["made days ago", timed({ iat: -3 * 86_400 }), /"iat" claim/],
  ["a time of making that is a text", claiming({ iat: "now" }), /"iat" claim/],
  ["no time of making", claiming({ iat: undefined }), /"iat" claim/],
  ["no subject", claiming({ sub: undefined }), /"sub" claim/],
  ["a subject that is a list", claiming({ sub: ["repo:acme/shop"] }), /`sub`/],
  ["a subject with a line break", claiming({ sub: "repo:acme/shop\nadmin" }), /`sub`/],
  ["an empty subject", claiming({ sub: "" }), /`sub`/],
  ["a key that nobody knows", ({ stranger, good }) => sign(stranger, good), /no applicable key/],
  [
    "a stranger's key under a known name",
    ({ stranger, keys, good }) => sign(stranger, good, { kid: keys.rsa.kid }),
    /signature verification failed/,
  ],
  [
    "the other key's name",
    ({ keys, good }) => sign(keys.rsa, good, { kid: keys.rsa2.kid }),
    /signature verification failed/,
  ],
  ["no name of a key where there are two", headed({ kid: undefined }), /multiple matching keys/],
  ["a name of a key that is a number", headed({ kid: 1 }), /`kid`/],
  ["a name of a key that is a path", headed({ kid: "../../../dev/null" }), /no applicable key/],
  ["crit with an extension", headedText({ crit: ["exp"], exp: 1 }), /`crit`/],
  ["crit with b64", headedText({ crit: ["b64"], b64: true }), /`crit`/],
  ["an empty crit", headedText({ crit: [] }), /`crit`/],
  [
    "the stranger's key in the header",
    ({ stranger, good }) => sign(stranger, good, { jwk: stranger.jwk as never }),
    /no applicable key/,
  ],
  [
    "the address of the stranger's keys in the header",
    ({ stranger, good }) => sign(stranger, good, { jku: "https://attacker.example.com/jwks" }),
    /no applicable key/,
  ],
  [
    "the address of the stranger's certificate in the header",
    ({ stranger, good }) => sign(stranger, good, { x5u: "https://attacker.example.com/cert" }),
    /no applicable key/,
  ],
  ["a certificate in the header", ({ stranger, good }) => sign(stranger, good, { x5c: ["MIIB"] }), /no applicable key/],
  ["a token of access", headed({ typ: "at+jwt" }), /type is at\+jwt/],
  ["a type that is an object", headedText({ typ: {} }), /type is/],
  [
    "another payload under a good signature",
    ({ token, good }) =>
      withPart(token, 1, encoded({ ...good, repository: "acme/shop", ref: "refs/heads/main", actor: "evil" })),
    /signature verification failed/,
  ],
  [
    "a signature with one character changed",
    ({ token }) => token.slice(0, -10) + (token.at(-10) === "A" ? "B" : "A") + token.slice(-9),
    /signature verification failed/,
  ],
  ["a signature that was cut", ({ token }) => token.slice(0, -20), /signature verification failed/],
  ["no signature", ({ token }) => withPart(token, 2, ""), /signature verification failed/],
  [
    "another header under a good signature",
    ({ token, keys }) => withPart(token, 0, encoded({ alg: "RS256", kid: keys.rsa.kid })),
    /signature verification failed/,
  ],
  ["a header that is no JSON", ({ token }) => withPart(token, 0, "eyJh"), /./],
  ["a payload that is a list", ({ keys }) => sign(keys.rsa, []), /./],
  ["a payload that is a text", ({ keys }) => sign(keys.rsa, "claims"), /./],
  ["characters of base64 that base64url has not", ({ token }) => withPart(token, 1, "ey+/"), /./],
  ["two parts", ({ token }) => token.split(".").slice(0, 2).join("."), /compact form/],
  ["four parts", ({ token }) => `${token}.AAAA`, /compact form/],
  [
    "an encrypted token",
    async ({ keys, token }) =>
      new CompactEncrypt(Buffer.from(token))
        .setProtectedHeader({ alg: "RSA-OAEP-256", enc: "A256GCM", cty: "JWT" })
        .encrypt(await encryptionKeyOf(keys.rsa)),
    /compact form/,
  ],
  ["a token in a token", ({ keys, token }) => sign(keys.rsa, token, { cty: "JWT" }), /another token/],
  ["no claim of the rule", claiming({ repository: undefined }), /no rule admits repository not said/],
  ["the repository in a list", claiming({ repository: ["acme/shop"] }), /no rule admits/],
  ["the environment as a number", claiming({ environment: 1 }), /no rule admits/],
  ["the environment as true", claiming({ environment: true }), /no rule admits/],
  ["the ref as an object", claiming({ ref: { "refs/heads/main": 1 } }), /no rule admits/],
  ["a repository with a prefix", claiming({ repository: "evil/acme/shop" }), /no rule admits/],
  [
    "a repository with a suffix",
    claiming({ repository: "acme/shop-evil" }),
    /no rule admits repository acme\/shop-evil/,
  ],
  ["a repository in other letters", claiming({ repository: "Acme/Shop" }), /no rule admits/],
  ["a repository that is a pattern", claiming({ repository: "*/*" }), /no rule admits/],
  ["a repository with a zero byte", claiming({ repository: "acme/shop\0" }), /no rule admits/],
  ["another branch", claiming({ ref: "refs/heads/main2" }), /no rule admits/],
  ["a tag of the branch's name", claiming({ ref: "refs/tags/main" }), /no rule admits/],
  ["another environment", claiming({ environment: "Prod" }), /no rule admits/],
  [
    "claims in the header instead",
    ({ keys, good }) => sign(keys.rsa, { ...good, repository: undefined }, { repository: "acme/shop" }),
    /no rule admits/,
  ],
  ["20 kB", claiming({ padding: "x".repeat(20_000) }), /over 16384 characters/],
];

/** A header that jose would not sign, with the signature of a good token. */
function headedText(more: object): Forge {
  return ({ keys, token }) => withPart(token, 0, encoded({ alg: "RS256", kid: keys.rsa.kid, ...more }));
}

function withPart(token: string, at: number, part: string): string {
  return token.split(".").with(at, part).join(".");
}

/** The published key, for encrypting to whoever has the private one. */
function encryptionKeyOf({ jwk: { alg: _alg, use: _use, ...jwk } }: TestKey) {
  return importJWK(jwk, "RSA-OAEP-256");
}

async function startIssuer(t: Test) {
  const keys = {
    rsa: await newKey("RS256", "one"),
    ec: await newKey("ES256", "two"),
    rsa2: await newKey("RS256", "three"),
  };
  return { keys, ...(await startProvider(t, Object.values(keys))) };
}

t.test("a real issuer's token is the login, with the grants of its rule", async (t) => {
  const issuer = await startIssuer(t);
  const service = await startAt(t, [ruleFor(issuer.url)]);
  const { status, body: me } = await service.get("/v1/me", { token: await issuer.issue() });
  t.equal(status, 200, JSON.stringify(me));
  t.match(me, {
    ...{ subject: `oidc:${issuer.url}|shop`, name: "acme/shop", method: "oidc", deployment: null },
    grants: [{ role: "ci", ...EVERYWHERE, applications: ["shop"], stages: ["prod"] }],
  });
  t.same(service.warnings, []);
});

t.test(
  `${BAD.length} bad tokens of a real issuer's keys are refused, each for its own reason, and let in nobody`,
  async (t) => {
    t.ok(BAD.length >= 40);
    const issuer = await startIssuer(t);
    const stranger = await newKey("RS256", "stranger");
    const service = await startAt(t, [ruleFor(issuer.url)]);
    for (const [what, forge, why] of BAD) {
      // A window of failed log-ins each.
      service.clock.advance(60_000);
      const good = gitHubClaims(issuer.url, service);
      const token = await sign(issuer.keys.rsa, good);
      t.equal((await service.get("/v1/me", { token })).status, 200, `but for what is wrong, it is good: ${what}`);
      const bad = await forge({ ...issuer, good, token, stranger });
      const answer = await service.get("/v1/me", { token: bad });
      t.match(answer, { status: 401, body: { code: "UNAUTHENTICATED" } }, what);
      const { reason, reqId } = service.warnings.at(-1) ?? {};
      t.equal(reqId, answer.headers["x-request-id"], what);
      t.match(reason, why, what);
      const isOpen =
        /no rule admits|audience is|claim|valid for|`sub`/.test(String(reason)) && !/signature/.test(String(reason));
      if (!isOpen)
        t.match(answer.body["detail"], "The pipeline's token is not accepted. The service's log says why.", what);
    }
    t.equal(service.warnings.length, BAD.length);
    t.same(service.errorLog, []);
  },
);

t.test("who has a good signature is told what no rule admits", async (t) => {
  const issuer = await startIssuer(t);
  const service = await startAt(t, [ruleFor(issuer.url)]);
  const token = await sign(issuer.keys.rsa, { ...gitHubClaims(issuer.url, service), repository: "acme/x" });
  const { body } = await service.get("/v1/me", { token });
  t.match(body["detail"], /no rule admits repository acme\/x, ref refs\/heads\/main, environment prod/);
});

t.test("the clocks may differ by a minute, and a token that has ended is worth nothing", async (t) => {
  const issuer = await startIssuer(t);
  const service = await startAt(t, [ruleFor(issuer.url)]);
  const good = gitHubClaims(issuer.url, service);
  const status = async (token: string) => (await service.get("/v1/me", { token })).status;
  const now = Number(good.iat) + 5;
  for (const [times, expected] of [
    [{ exp: now - 50, iat: now - 300 }, 200],
    [{ exp: now - 70, iat: now - 300 }, 401],
    [{ nbf: now + 50 }, 200],
    [{ nbf: now + 70 }, 401],
    [{ iat: now + 50 }, 200],
    [{ iat: now + 70 }, 401],
  ] as const)
    t.equal(await status(await sign(issuer.keys.rsa, { ...good, ...times })), expected, JSON.stringify(times));
  const token = await sign(issuer.keys.rsa, good);
  t.equal(await status(token), 200);
  t.equal(await status(token), 200, "each call shows it");
  service.clock.advance(420_000);
  t.equal(await status(token), 401, "sent again after its end");
});

t.test("GitHub's and GitLab's tokens name the run and who started it", async (t) => {
  const issuer = await startIssuer(t);
  const lab = {
    claims: { project_path: "my-group/*", ref_protected: "false" },
    grant: { role: "operator", ...EVERYWHERE, stages: ["dev"] },
  } as const;
  const wide = { claims: { repository_owner: "acme" }, grant: { role: "auditor", ...EVERYWHERE } } as const;
  const service = await startAt(t, [ruleFor(issuer.url), ruleFor(issuer.url, lab), ruleFor(issuer.url, wide)]);
  const me = async (claims: JWTPayload, key: TestKey) =>
    (await service.get("/v1/me", { token: await sign(key, claims) })).body;
  const hub = gitHubClaims(issuer.url, service);
  t.match(await me(hub, issuer.keys.rsa), {
    subject: `oidc:${issuer.url}|repo:acme/shop:environment:prod`,
    name: "acme/shop",
    run: "https://github.com/acme/shop/actions/runs/1234567890/attempts/2",
    actor: "octocat",
    expiresAt: new Date((Number(hub.exp) + 60) * 1_000).toISOString(),
    grants: [{ role: "ci" }, { role: "auditor" }],
  });
  t.match(await me(gitLabClaims(issuer.url, service), issuer.keys.ec), {
    subject: `oidc:${issuer.url}|project_path:my-group/my-project:ref_type:branch:ref:feature-branch-1`,
    name: "my-group/my-project",
    run: `${issuer.url}/my-group/my-project/-/jobs/302`,
    actor: "sample-user",
    grants: [{ role: "operator", stages: ["dev"] }],
  });
});

t.test("without rules a JWT is an unknown token, and one of our own that looks like a JWT still opens", async (t) => {
  const issuer = await startIssuer(t);
  const service = await startAt(t, []);
  const token = await sign(issuer.keys.rsa, gitHubClaims(issuer.url, service));
  t.equal((await service.get("/v1/me", { token })).status, 401);
  const own = "eyJvdXIi.own.token-0123456789";
  await insertLogin(service.store, service.clock, own, { name: "own", grants: [{ role: "auditor", ...EVERYWHERE }] });
  t.match(await service.get("/v1/me", { token: own }), { status: 200, body: { name: "own", method: "token" } });
});

/** An issuer that publishes what a test wants. */
async function startOdd(t: Test, odd: (url: string) => Readonly<Record<string, () => unknown>>) {
  const answer = { listener: answering({}) };
  const asked: string[] = [];
  const url = await serveOn(t, answer);
  answer.listener = answering(odd(url), asked);
  const service = await startAt(t, [ruleFor(url)]);
  return { url, service, asked, answer };
}

t.test("an issuer that misbehaves lets nobody in, and is no fault of the service", async (t) => {
  const key = await newKey("RS256", "one");
  const keys = { keys: [key.jwk] };
  const about = (url: string, more: object = {}) => ({
    [DISCOVERY]: () => ({ issuer: url, jwks_uri: `${url}/keys`, ...more }),
    "/keys": () => keys,
  });
  const oct = { kty: "oct", k: "c2VjcmV0", kid: "one", alg: "HS256" };
  const { privateKey: _private, publicKey: _public, ...small } = { ...(await newKeyOf1024()), kid: "one" };
  const cases: [string, (url: string) => Readonly<Record<string, () => unknown>>, RegExp][] = [
    ["no discovery", () => ({}), /answered 404/],
    ["another issuer's discovery", (url) => about(url, { issuer: `${url}/` }), /about another issuer/],
    ["no address of keys", (url) => about(url, { jwks_uri: undefined }), /no `jwks_uri`/],
    ["keys at a file", (url) => about(url, { jwks_uri: "file:///etc/passwd" }), /not at an https address/],
    [
      "keys at a plain address elsewhere",
      (url) => about(url, { jwks_uri: "http://issuer.example.com/keys" }),
      /not at an https address/,
    ],
    [
      "keys at a cloud's metadata",
      (url) => about(url, { jwks_uri: "https://169.254.169.254/latest" }),
      /where no issuer may be/,
    ],
    ["keys in a private network", (url) => about(url, { jwks_uri: "https://10.0.0.1/keys" }), /where no issuer may be/],
    [
      "keys in a private network, as IPv6",
      (url) => about(url, { jwks_uri: "https://[::ffff:192.168.0.1]/keys" }),
      /where no issuer may be/,
    ],
    [
      "keys at an address that is written as a number",
      (url) => about(url, { jwks_uri: "https://2852039166/keys" }),
      /169\.254\.169\.254, where no/,
    ],
    [
      "100 kB of keys",
      (url) => ({ ...about(url), "/keys": () => ({ ...keys, padding: "x".repeat(100_000) }) }),
      /over 100000 bytes/,
    ],
    ["keys that are no list", (url) => ({ ...about(url), "/keys": () => ({ keys: "all" }) }), /malformed/],
    ["a secret among the keys", (url) => ({ ...about(url), "/keys": () => ({ keys: [oct] }) }), /no applicable key/],
    ["a key of 1024 bits", (url) => ({ ...about(url), "/keys": () => ({ keys: [small] }) }), /2048|signature/],
  ];
  for (const [what, odd, why] of cases) {
    const { url, service } = await startOdd(t, odd);
    const token = await sign(key, gitHubClaims(url, service));
    t.match(await service.get("/v1/me", { token }), { status: 401, body: { code: "UNAUTHENTICATED" } }, what);
    t.match(service.warnings.at(-1)?.["reason"], why, what);
    t.same(service.errorLog, [], what);
  }
});

async function newKeyOf1024() {
  const pair = generateKeyPairSync("rsa", { modulusLength: 1024 });
  return { ...pair, ...pair.publicKey.export({ format: "jwk" }) };
}

t.test("a redirect is not followed, and a slow issuer is waited for two seconds at most", async (t) => {
  const key = await newKey("RS256", "one");
  const { url, service, answer } = await startOdd(t, () => ({}));
  let wasFollowed = false;
  answer.listener = (request, response) => {
    if (request.url === DISCOVERY) response.writeHead(302, { location: `${url}/other` }).end();
    else {
      wasFollowed = true;
      response.end("{}");
    }
  };
  const ask = async () => service.get("/v1/me", { token: await sign(key, gitHubClaims(url, service)) });
  t.equal((await ask()).status, 401);
  t.match(service.warnings.at(-1)?.["reason"], /answered 302; redirects are not followed/);
  t.equal(wasFollowed, false);
  service.clock.advance(60_000);
  // One byte now and then, so that the connection is never silent.
  answer.listener = (_request, response) => {
    const drip = setInterval(() => response.write(" "), 50);
    response.once("close", () => clearInterval(drip));
  };
  t.equal((await ask()).status, 401);
  t.match(service.warnings.at(-1)?.["reason"], /did not answer within 2000 ms/);
});

t.test("keys are fetched once, again for an unknown name once a minute, and outlive an outage by a day", async (t) => {
  const [first, second] = [await newKey("RS256", "first"), await newKey("RS256", "second")];
  let published = [first.jwk];
  const { url, service, asked, answer } = await startOdd(t, (origin) => ({
    [DISCOVERY]: () => ({ issuer: origin, jwks_uri: `${origin}/keys` }),
    "/keys": () => ({ keys: published }),
  }));
  const ask = async (key: TestKey) =>
    (await service.get("/v1/me", { token: await sign(key, gitHubClaims(url, service)) })).status;
  const fetches = () => asked.filter((path) => path === "/keys").length;
  t.same(await Promise.all([ask(first), ask(first), ask(first)]), [200, 200, 200]);
  t.equal(fetches(), 1, "all wait for one fetch");
  for (let n = 0; n < 10; n += 1) t.equal(await ask(second), 401);
  t.equal(fetches(), 1, "not within a minute of the last one");
  published = [second.jwk];
  service.clock.advance(60_000);
  t.equal(await ask(second), 200, "a new key is found");
  t.equal(fetches(), 2);
  t.equal(await ask(first), 401, "and the one that was withdrawn is gone");
  for (let n = 0; n < 10; n += 1) await ask(first);
  t.equal(fetches(), 2);

  const { listener } = answer;
  let attempts = 0;
  answer.listener = (_request, response) => {
    attempts += 1;
    response.writeHead(503).end();
  };
  service.clock.advance(23 * 3_600_000);
  t.equal(await ask(second), 200, "the issuer is away");
  t.equal(await ask(second), 200);
  t.equal(attempts, 1, "and is asked once a minute");
  service.clock.advance(2 * 3_600_000);
  t.equal(await ask(second), 401, "for a day");
  t.match(service.warnings.at(-1)?.["reason"], /cannot be had: .*answered 503/);
  answer.listener = listener;
  service.clock.advance(60_000);
  t.equal(await ask(second), 200, "and is found again");
});
