import { Type } from "typebox";
import { CONTROL_CHARACTERS } from "../plugins/control-characters.ts";
import { nullable, OutcomeText } from "./wire/shapes.ts";

/** One line without spaces around it: names of applications, stages, branches, commits, builds and targets. */
export const NameText = Type.String({ minLength: 1, maxLength: 200, pattern: "^\\S(.*\\S)?$" });

/** The id or address of a ticket. */
export const ShortText = Type.String({ minLength: 1, maxLength: 200 });

/** A reason or a message: a paragraph, not a document. The only texts of people with several lines. */
export const LongText = Type.String({ minLength: 1, maxLength: 4000, [CONTROL_CHARACTERS]: "lines" });

/** An id in a body may be any text: a malformed id is unknown, like any other. */
export const AnyId = Type.String({ minLength: 1, maxLength: 100 });

/** How a deploy, or the command that deploys a package, ended. */
export const FinishBody = Type.Object(
  { outcome: OutcomeText, message: Type.Optional(nullable(LongText)) },
  { additionalProperties: false },
);

/** Clearing a pin or a mark takes a reason. */
export const ClearBody = Type.Object({ reason: LongText }, { additionalProperties: false });
