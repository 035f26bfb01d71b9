/** What happened in a run: counts in groups, and every rule that was broken, with what broke it. */
export class Ledger {
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #samples = new Map<string, number[]>();
  readonly broken: { readonly rule: string; readonly detail: string }[] = [];

  count(group: string, name: string, by = 1): void {
    const counts = this.#counts.get(group) ?? new Map<string, number>();
    this.#counts.set(group, counts.set(name, (counts.get(name) ?? 0) + by));
  }

  /** A measured value, such as milliseconds. */
  sample(name: string, value: number): void {
    this.#samples.set(name, [...this.samples(name), value]);
  }

  samples(name: string): readonly number[] {
    return this.#samples.get(name) ?? [];
  }

  breakRule(rule: string, detail: string): void {
    this.broken.push({ rule, detail });
  }

  countOf(group: string, name: string): number {
    return this.#counts.get(group)?.get(name) ?? 0;
  }

  /** One line for each group, its names in alphabetical order. */
  lines(): string[] {
    return [...this.#counts].map(([group, counts]) => {
      const parts = [...counts].sort(([one], [other]) => one.localeCompare(other));
      return `${group}: ${parts.map(([name, count]) => `${name} ${count}`).join(", ")}`;
    });
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
