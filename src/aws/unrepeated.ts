/**
 * A failure after which the SDK must not send the call again: it may have taken effect, and a second one would make a second
 * thing. Has no `cause`, by which the SDK would recognise a failure that passes.
 */
export class Unrepeated extends Error {
  override readonly name = "Unrepeated";

  constructor(readonly failure: Error) {
    super(failure.message);
  }
}

/** The failure itself. */
export function failureOf(error: unknown): unknown {
  return error instanceof Unrepeated ? error.failure : error;
}
