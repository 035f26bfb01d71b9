import { Type } from "typebox";
import { OPERATORS } from "../domain/access/roles.ts";
import { CONTROL_CHARACTERS } from "../plugins/control-characters.ts";
import { once } from "../plugins/idempotency-keys.ts";
import { refusals } from "../plugins/refusals.ts";
import type { PackageCommandService } from "../services/package-commands.ts";
import { accepted } from "./accepted.ts";
import { FinishBody } from "./request-texts.ts";
import type { TypedApp } from "./typed-app.ts";
import { presentRollback, RollbackShape } from "./wire/rollback.ts";
import { RollbackId } from "./wire/shapes.ts";

const TAGS = ["rollbacks"];
const Params = Type.Object({ id: RollbackId });

/** With 4,000 characters for each line, the request stays below the limit of a body. */
const MAX_LINES = 200;

const OUTPUT = {
  operationId: "appendRollbackOutput",
  summary: "Append the output of the external command to the log of a rollback by package",
  tags: TAGS,
  "x-required-role": OPERATORS,
  params: Params,
  body: Type.Object(
    {
      lines: Type.Array(Type.String({ maxLength: 4000, [CONTROL_CHARACTERS]: "any" }), {
        minItems: 1,
        maxItems: MAX_LINES,
        description: "What the command printed; control characters are kept as `<U+001B>`",
      }),
    },
    { additionalProperties: false },
  ),
  response: { 204: Type.Null({ description: "Appended" }), ...refusals("NO_COMMAND_AWAITED") },
} as const;

const FINISH = {
  operationId: "finishRollbackCommand",
  summary: "Report the outcome of the external command of a rollback by package, and verify the result",
  tags: TAGS,
  "x-required-role": OPERATORS,
  params: Params,
  body: FinishBody,
  response: {
    202: RollbackShape.ref,
    ...refusals("NO_COMMAND_AWAITED", "BACKUP_NOT_READY", "OUTCOME_DIFFERS", "ALREADY_FINISHED"),
  },
} as const;

/** What the runner of the external command reports, below /v1/rollbacks/{id}. */
export function addPackageCommandRoutes(app: TypedApp, commands: PackageCommandService): void {
  app.post("/:id/output", { schema: OUTPUT }, async (request, reply) => {
    const append = () => commands.appendOutput(request.params.id, request.body.lines);
    await once(request, append, async () => {});
    return reply.code(204).send(null);
  });
  app.post("/:id/finish", { schema: FINISH }, async (request, reply) =>
    accepted(
      reply,
      presentRollback(await once(request, () => commands.finish(request.params.id, request.body), commands.find)),
    ),
  );
}
