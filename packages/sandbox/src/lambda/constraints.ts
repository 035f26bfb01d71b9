import { AwsError, type Shape } from "../core/contract.ts";

/**
 * The validation that runs before every operation of Lambda: all violations of a request are reported in one
 * ValidationException. Patterns are quoted as AWS quotes them and matched against the whole value.
 */
export class Constraints {
  readonly #violations: string[] = [];

  constructor(private readonly input: Shape) {}

  pattern(member: string, pattern: string): this {
    return this.#check(member, matchesWhole(pattern), `Member must satisfy regular expression pattern: ${pattern}`);
  }

  maxLength(member: string, limit: number): this {
    return this.#check(
      member,
      (value) => value.length <= limit,
      `Member must have length less than or equal to ${limit}`,
    );
  }

  oneOf(member: string, values: readonly string[]): this {
    return this.#check(
      member,
      (value) => values.includes(value),
      `Member must satisfy enum value set: [${values.join(", ")}]`,
    );
  }

  between(member: string, least: number, most: number): this {
    const value = this.#value(member);
    if (typeof value !== "number") return this;
    if (value < least) this.#violate(String(value), member, `Member must have value greater than or equal to ${least}`);
    if (value > most) this.#violate(String(value), member, `Member must have value less than or equal to ${most}`);
    return this;
  }

  /** Records a violation that the caller has found in a value that is not plain text. */
  violated(value: string, member: string, rule: string): this {
    this.#violate(value, member, rule);
    return this;
  }

  violatedByNull(member: string): this {
    const rule = "Member must not be null";
    this.#violations.push(`Value null at '${pathOf(member)}' failed to satisfy constraint: ${rule}`);
    return this;
  }

  /** Throws one ValidationException for all violations. */
  enforce(): void {
    const count = this.#violations.length;
    if (count === 0) return;
    const errors = count === 1 ? "error" : "errors";
    throw new AwsError("ValidationException", `${count} validation ${errors} detected: ${this.#violations.join("; ")}`);
  }

  #check(member: string, holds: (value: string) => boolean, rule: string): this {
    const value = this.#value(member);
    if (typeof value === "string" && !holds(value)) this.#violate(value, member, rule);
    return this;
  }

  /** The value of a member, or of a nested member such as `SnapStart.ApplyOn`. */
  #value(member: string): unknown {
    return member.split(".").reduce<unknown>((value, name) => (value as Shape | undefined)?.[name], this.input);
  }

  #violate(value: string, member: string, rule: string): void {
    this.#violations.push(`Value '${value}' at '${pathOf(member)}' failed to satisfy constraint: ${rule}`);
  }
}

function matchesWhole(pattern: string): (value: string) => boolean {
  const expression = new RegExp(`^(?:${pattern})$`);
  return (value) => expression.test(value);
}

function pathOf(member: string): string {
  return member.split(".").map(lowerFirst).join(".");
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
