import * as pulumi from "@pulumi/pulumi";

/** A resource that a program registered. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly provider: string | undefined;
}

const registrations: Registration[] = [];

/** Stands in for the engine: every registration is recorded, and whatever calls a function fails. */
export function mockEngine(): void {
  void pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider }) => {
        registrations.push({ type, name, inputs: inputs as Record<string, unknown>, provider });
        return { id: `${name}-id`, state: inputs as object };
      },
      call: ({ token }) => {
        throw new Error(`nothing may call ${token}: a preview must not need a host`);
      },
    },
    "homelab",
    "test",
  );
}

/** What a program registers, in order. */
export async function registered(program: () => unknown): Promise<readonly Registration[]> {
  registrations.length = 0;
  program();
  await pulumi.runtime.disconnect();
  return [...registrations];
}
