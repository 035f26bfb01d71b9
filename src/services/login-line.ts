import type { Approval } from "../domain/access/approvals.ts";
import type { TokenStore } from "../store/port/access.ts";

/** A subject with whoever made its token, that person's token, and so on up to the settings. */
export async function lineOf(store: TokenStore, subject: string): Promise<Pick<Approval, "by" | "madeBy">> {
  const madeBy: string[] = [];
  for (let next: string | null = subject; next !== null; ) {
    const found: Awaited<ReturnType<TokenStore["findToken"]>> = await store.findToken(next.split(":")[1] ?? "");
    next = found?.token.createdBy ?? null;
    if (next !== null) madeBy.push(next);
  }
  return { by: subject, madeBy };
}
