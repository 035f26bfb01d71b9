/** Why a token is not accepted. It never leaves this folder: the reason is for the log, `detail` for the caller. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    reason: string,
    /** Only for a token whose signature is good: others learn nothing. */
    readonly detail: string | null = null,
  ) {
    super(reason);
  }
}
