import { type Principal, SANDBOX_ACCOUNT_ID } from "./contract.ts";

/** An access key that is an account's number belongs to that account; AWS's keys never look like that. */
const ACCOUNT_ID = /^\d{12}$/;

/**
 * Whose each access key is. Any key works: one that STS gave out belongs to the role that was assumed, any other to the
 * user of its account.
 */
export class Principals {
  readonly #sessions = new Map<string, Principal>();

  ofKey(accessKeyId: string): Principal {
    return this.#sessions.get(accessKeyId) ?? userOf(ACCOUNT_ID.test(accessKeyId) ? accessKeyId : SANDBOX_ACCOUNT_ID);
  }

  /** From now on the key belongs to the principal. */
  give(accessKeyId: string, principal: Principal): void {
    this.#sessions.set(accessKeyId, principal);
  }
}

export function userOf(accountId: string): Principal {
  return { accountId, arn: `arn:aws:iam::${accountId}:user/sandbox`, userId: "AIDASANDBOXUSER00000A" };
}
