/** One event of a text/event-stream. */
export interface ServerEvent {
  readonly id: string | null;
  /** `message` where the stream names none. */
  readonly event: string;
  readonly data: string;
}

/** An event ends with an empty line; lines end with CR, LF or both (HTML standard, 9.2.5). */
const EVENT_END = /\r\n\r\n|\n\n|\r\r/;
const LINE_END = /\r\n|\n|\r/;

/** The events of a stream, one by one. Comments are skipped, and so is an event that the end of the stream cuts off. */
export async function* serverEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const blocks = rest.split(EVENT_END);
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event) yield event;
    }
  }
}

/** Null for a block without data, such as a keep-alive comment. */
function parseEvent(block: string): ServerEvent | null {
  const data: string[] = [];
  let id: string | null = null;
  let event = "message";
  for (const line of block.split(LINE_END)) {
    const [, field, value] = /^([^:]+):? ?(.*)$/.exec(line) ?? [];
    if (field === "data") data.push(value ?? "");
    if (field === "id") id = value ?? "";
    if (field === "event") event = value ?? event;
  }
  return data.length > 0 ? { id, event, data: data.join("\n") } : null;
}
