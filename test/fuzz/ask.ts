/** An answer of the service under test to somebody who may do everything. */
export interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the answers are read as data
  readonly body: any;
}

/** Sends what must not fail for its caller: the harness's own requests. Objects are sent as JSON, bytes as a tar. */
export type Ask = (method: "GET" | "POST" | "PUT" | "DELETE", url: string, body?: unknown) => Promise<Reply>;

// biome-ignore lint/suspicious/noExplicitAny: the answers are read as data
export async function firstPage(ask: Ask, url: string): Promise<any[]> {
  const { status, body } = await ask("GET", url);
  if (!Array.isArray(body.items)) throw new Error(`GET ${url}: ${status} ${JSON.stringify(body)}`);
  return body.items;
}
