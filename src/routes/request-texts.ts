import { Type } from "typebox";

/** One line without spaces around it: names of applications, stages, branches, commits, builds and targets. */
export const NameText = Type.String({ minLength: 1, maxLength: 200, pattern: "^\\S(.*\\S)?$" });

/** A ticket. */
export const ShortText = Type.String({ minLength: 1, maxLength: 200 });

/** A reason or a message: a paragraph, not a document. */
export const LongText = Type.String({ minLength: 1, maxLength: 4000 });

/** Who lets something be says why. */
export const ClearBody = Type.Object({ reason: LongText }, { additionalProperties: false });
