/** A table; cells may hold any text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function cell(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|");
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** The anchor that GitHub gives to a heading. */
export function slugOf(heading: string): string {
  const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return plain.replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A page of docs/reference; it names its source, because edits by hand are overwritten. */
export function page(title: string, source: string, body: readonly string[]): string {
  const note = `This page is generated from ${source} by \`npm run docs\`; edit the source instead.`;
  return `${[`# ${title}`, "", note, "", ...body].join("\n").trimEnd()}\n`;
}
