/** What the table says of a code: status over HTTP, whether the same request may succeed later, and what to do next. */
export interface ErrorRow {
  readonly status: number;
  readonly retryable: boolean;
  readonly title: string;
  readonly advice: string;
}

export function row(status: number, retryable: boolean, title: string, advice: string): ErrorRow {
  return { status, retryable, title, advice };
}
