import { Readable } from "node:stream";
import { type TObject, type TString, Type } from "typebox";
import { AUDITORS } from "../domain/access/roles.ts";
import type { ErrorCode } from "../domain/errors.ts";
import { refusals } from "../plugins/refusals.ts";
import type { EvidenceService } from "../services/evidence.ts";
import type { LogOwner } from "../services/logs.ts";
import type { TypedApp } from "./typed-app.ts";

interface EvidenceRoute {
  readonly owner: LogOwner;
  readonly params: TObject<{ id: TString }>;
  readonly tags: readonly string[];
  /** The noun in the name of the operation. */
  readonly noun: string;
  readonly notFinished: ErrorCode;
}

/** …/{id}/evidence: what an auditor takes home of a job. */
export function addEvidenceRoute(
  app: TypedApp,
  evidence: EvidenceService,
  { owner, params, tags, noun, notFinished }: EvidenceRoute,
): void {
  const schema = {
    operationId: `get${noun}Evidence`,
    summary:
      "Evidence of an ended job that can be checked without the service: its records, plan, result and log, signed",
    tags,
    "x-required-role": AUDITORS,
    params,
    response: {
      200: {
        description: "A zip archive; `stepback audit verify` checks it",
        content: { "application/zip": { schema: Type.Unsafe<unknown>({ type: "string", format: "binary" }) } },
      },
      ...refusals(notFinished),
    },
  } as const;
  app.get(
    "/:id/evidence",
    { schema, exposeHeadRoute: false, config: { isRecorded: true } },
    async ({ params: { id } }, reply) => {
      const bundle = await evidence.bundle(owner, id);
      return reply
        .headers({
          "content-type": "application/zip",
          "content-disposition": `attachment; filename="${id}-evidence.zip"`,
          "cache-control": "no-store",
        })
        .send(Readable.from(bundle));
    },
  );
}
