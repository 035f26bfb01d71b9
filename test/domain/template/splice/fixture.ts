/** A template as a deploy tool or a person writes it. */
export interface Fixture {
  readonly name: string;
  readonly text: string;
  /** Whether the sandbox can deploy it, which supports no transforms in these tests. */
  readonly plays: boolean;
}

export function json(name: string, template: object, indent: string | number = 2, plays = true): Fixture {
  return { name, text: JSON.stringify(template, null, indent), plays };
}

export function yaml(name: string, text: string, plays = true): Fixture {
  return { name, text, plays };
}

export const assume = (service: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: [service] }, Action: ["sts:AssumeRole"] }],
});
