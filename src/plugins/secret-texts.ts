import type { FastifyInstance, FastifyRequest, FastifySchema } from "fastify";
import { coveredBy } from "../domain/access/grants.ts";
import { type Fault, StepbackError } from "../domain/errors.ts";
import type { SecretValues } from "../domain/secrets/secret-values.ts";
import type { SecretTextService } from "../services/secret-texts.ts";
import { callerOf } from "./access-control.ts";
import { type SentText, textsIn } from "./control-characters.ts";

/** Methods that keep nothing of what was sent. */
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Members by which people give names. Ids, patterns and names of what exists are none of these: whatever a function is called, it
 * can be picked.
 */
const NAMES: ReadonlySet<string> = new Set([
  "application",
  "stage",
  "branch",
  "commit",
  "build",
  "service",
  "ticket",
  "name",
]);

/** Names that make a new place, which has no secrets yet. */
const PLACES: ReadonlySet<string> = new Set(["application", "stage"]);

/**
 * Takes the secrets of its subject out of each free text that a request brings, and refuses a name with one as SECRET_IN_NAME: before
 * anything of the request is kept. A repeat under an `Idempotency-Key` is told by what was sent, so this comes after those.
 */
export function addSecretTexts(app: FastifyInstance, service: SecretTextService): void {
  app.addHook("preHandler", async (request) => {
    if (SAFE.has(request.method)) return;
    const texts = textsOf(request, app.getSchemas());
    if (texts.length === 0) return;
    const secrets = await secretsFor(service, request);
    const faults = texts.flatMap((text) => hide(text, PLACES.has(text.member) ? secrets.ofPlaces : secrets.ofStage));
    if (faults.length === 0) return;
    const named = faults.map(({ pointer }) => pointer).join(", ");
    throw new StepbackError("SECRET_IN_NAME", `A secret of the stage is in ${named}.`, faults);
  });
}

/** What people write in a request: free texts and names. */
function textsOf(request: FastifyRequest, nouns: Readonly<Record<string, unknown>>): SentText[] {
  const { schema = {} } = request.routeOptions;
  const body = isRaw(schema.body) ? [] : textsIn(request.body, schema.body ?? {}, nouns);
  const address = [request.params, request.query].flatMap((part) => textsIn(part, {}, nouns));
  return [...body, ...address].filter(({ member, rules }) => NAMES.has(member) || rules.length > 0);
}

/** Bytes are no texts. */
function isRaw(body: unknown): boolean {
  return typeof body === "object" && body !== null && "content" in body;
}

/** A name is hidden, too: a refusal stands in the audit, with the place that it is about. */
function hide({ value, member, pointer, replace }: SentText, secrets: readonly SecretValues[]): Fault[] {
  const isNamed = NAMES.has(member) && secrets.some((each) => each.isIn(value));
  replace(secrets.reduce((text, each) => each.without(text), value));
  return isNamed ? [{ pointer, code: "SECRET_IN_NAME", detail: "holds a secret of the stage" }] : [];
}

interface Named {
  readonly application?: unknown;
  readonly stage?: unknown;
  readonly deployment?: unknown;
  readonly rollback?: unknown;
  readonly snapshot?: unknown;
}

/** What texts of a request are searched for. */
interface Searched {
  readonly ofStage: readonly SecretValues[];
  readonly ofPlaces: readonly SecretValues[];
}

/** By what the address names, or by what the body does. What belongs to no stage may hold a secret of none. */
async function secretsFor(service: SecretTextService, request: FastifyRequest): Promise<Searched> {
  const params = (request.params ?? {}) as Named & { readonly id?: string };
  const body = (request.body ?? {}) as Named;
  const ids = [params.id, body.deployment, body.rollback, body.snapshot].flat().filter((id) => typeof id === "string");
  const place = placeIn(params) ?? placeIn(body);
  if (place) {
    const ofStage = [await service.findByStage(place)];
    // Whoever may not name such a place is refused for that, and must not learn whether a guess is right.
    const mayName = coveredBy(callerOf(request).grants, place);
    return { ofStage, ofPlaces: mayName ? [await service.findAll()] : [] };
  }
  const found = ids.length > 0 ? await service.findById(ids) : [await service.findAll()];
  return { ofStage: found, ofPlaces: found };
}

/** Whether a route takes names that it keeps, so that it may refuse one. */
export function takesNames({ body, params, querystring }: FastifySchema): boolean {
  return [body, params, querystring].some((part) => {
    const { properties = {} } = (part ?? {}) as { properties?: object };
    return Object.keys(properties).some((member) => NAMES.has(member));
  });
}

function placeIn({ application, stage }: Named): { application: string; stage: string } | null {
  return typeof application === "string" && typeof stage === "string" ? { application, stage } : null;
}
