import type { ProblemDocument } from "./problem.ts";

/** Everything that the client throws of its own accord. An aborted call rejects with its signal's reason instead. */
export class ClientError extends Error {
  override readonly name: string = "ClientError";
}

/** The service answered with an error. */
export class ApiError extends ClientError {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly problem: ProblemDocument,
    /** Finds the request in the service's own log; null where the answer did not come from the service. */
    readonly requestId: string | null,
  ) {
    super(`${problem.code}: ${problem.detail}`);
  }
}

/** Nobody answered, over all attempts. */
export class UnreachableError extends ClientError {
  override readonly name = "UnreachableError";

  constructor(readonly origin: string) {
    super(`The service at ${origin} does not answer.`);
  }
}

/** Something answered that is no Stepback service: the body is not JSON. */
export class UnreadableAnswerError extends ClientError {
  override readonly name = "UnreadableAnswerError";

  constructor() {
    super("The answer is not JSON.");
  }
}

/** A downloaded package has another digest than its build records. */
export class DamagedPackageError extends ClientError {
  override readonly name = "DamagedPackageError";

  constructor() {
    super("The digest of the downloaded package is not the one that its build records.");
  }
}

/** An id that names neither a deployment nor a rollback. */
export class UnknownJobTypeError extends ClientError {
  override readonly name = "UnknownJobTypeError";

  constructor(id: string) {
    super(`${id} is the id of neither a deployment (dep_…) nor a rollback (rbk_…).`);
  }
}
