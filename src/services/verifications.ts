import type { Caller } from "../domain/access/principal.ts";
import { ADMINS, AUDITORS } from "../domain/access/roles.ts";
import { type Finding, NOTHING_VERIFIED, subsetIn, type Verification } from "../domain/activity/verification.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import type { VerificationStore } from "../store/port/verifications.ts";
import { found, requireEverywhere } from "./refusals.ts";
import type { Uses } from "./service-deps.ts";

export type { Finding, Verification };

export interface VerificationRequest {
  readonly readData?: boolean;
  /** `n/t`; reads data. */
  readonly subset?: string | null;
}

/** Checks of all that is stored. They name components of everybody, so they are for those who see the whole installation: OUTSIDE_GRANT. */
export interface VerificationService {
  /** One that is under way is not started twice: that one is returned, whatever it reads. VALIDATION_FAILED for a subset that is none. */
  open(request: VerificationRequest, caller: Caller): Promise<Verification>;
  /** NOT_FOUND. */
  find(id: string, caller: Caller): Promise<Verification>;
  list(page: Page, caller: Caller): Promise<Paged<Verification>>;
  /** NOT_FOUND. In the order in which they were found. */
  listFindings(id: string, page: Page, caller: Caller): Promise<Paged<Finding>>;
}

export function createVerificationService({
  store,
  clock,
  newId,
}: Uses<VerificationStore, "clock" | "newId">): VerificationService {
  const find = async (id: string, caller: Caller) => {
    requireEverywhere(caller, AUDITORS, WHAT);
    return found(await store.findVerification(id), id);
  };
  return {
    find,
    open: async ({ readData = false, subset = null }, caller) => {
      requireEverywhere(caller, ADMINS, WHAT);
      const part = subset === null ? null : subsetIn(subset);
      if (subset !== null && part === null) throw wrongSubset();
      return store.openVerification({
        ...{ id: newId("ver"), requestedBy: caller.subject, requestedAt: clock.now(), status: "Queued" },
        ...{ readData: readData || part !== null, subset: part, ...NOTHING_VERIFIED },
        ...{ startedAt: null, finishedAt: null, error: null },
      });
    },
    list: async (page, caller) => {
      requireEverywhere(caller, AUDITORS, WHAT);
      return store.listVerifications(page);
    },
    listFindings: async (id, page, caller) => store.listFindings((await find(id, caller)).id, page),
  };
}

const WHAT = "Checks of what is stored are";

function wrongSubset(): StepbackError {
  const detail = "is the n-th of t parts as `n/t`, with n not over t";
  return new StepbackError("VALIDATION_FAILED", `The subset ${detail}.`, [{ pointer: "/subset", detail }]);
}
