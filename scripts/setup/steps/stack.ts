import { PulumiStack } from "../../lib/pulumi-stack.js";
import type { Setup, Step } from "../steps.js";

/** The stack of a setup, as the environment and the files are now. */
export const stackOf = ({ directory, stack }: Setup): PulumiStack => new PulumiStack(directory, stack);

/** The stack itself, without any menu of Pulumi's. */
export const stack: Step = {
  title: "Stack",
  find: async (setup) => {
    const pulumi = stackOf(setup);
    return pulumi.lack === undefined && (await pulumi.exists()) ? `"${setup.stack}" is there` : undefined;
  },
  act: async (setup) => {
    await stackOf(setup).selectOrCreate();
    return `"${setup.stack}" is made`;
  },
};
