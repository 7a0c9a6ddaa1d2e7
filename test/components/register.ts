import * as pulumi from "@pulumi/pulumi";

/** A resource that a program registered. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly parent: string | undefined;
  readonly provider: string | undefined;
}

const registrations: Registration[] = [];

/** Stands in for the engine: every registration is recorded, and whatever calls a function fails. */
export function mockEngine(): void {
  void pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, registerRequest, provider }) => {
        const parent = registerRequest?.getParent().split("::").at(-1);
        registrations.push({ type, name, inputs: inputs as Record<string, unknown>, parent, provider });
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
