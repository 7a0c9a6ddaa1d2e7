import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { UserError } from "../../scripts/lib/command.js";
import { PulumiStack } from "../../scripts/lib/pulumi-stack.js";

/** A stack called `test` that keeps the secrets that it is given in memory. */
export class FakeStack extends PulumiStack {
  readonly values: Record<string, string> = {};

  constructor(directory: string) {
    super(directory, "test");
  }

  override select(): Promise<Stack> {
    return Promise.resolve(Object.create(null) as Stack);
  }

  override setSecret(name: string, value: string): Promise<void> {
    this.values[name] = value;
    return Promise.resolve();
  }

  override getSecret(name: string): Promise<string> {
    const value = this.values[name];
    return value === undefined ? Promise.reject(new UserError(`${name} is not set`)) : Promise.resolve(value);
  }
}
