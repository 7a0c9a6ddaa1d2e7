// Who has a name: the homelab, or the project of a Compose file. As they are shown and as they are set.

/** A secret of the whole homelab is known by its name, one of a project as PROJECT/NAME. */
export const secretId = (project: string | undefined, name: string): string =>
  project === undefined ? name : `${project}/${name}`;

/** The project that a secret belongs to, and its name there. */
export function ownerOf(id: string): { readonly project: string | undefined; readonly name: string } {
  const [project, name] = id.split("/");
  return name === undefined ? { project: undefined, name: id } : { project, name };
}

/** May NAME or PROJECT/NAME, as somebody wrote it, be this secret? */
export const isCalled = (id: string, written: string): boolean => id === written || ownerOf(id).name === written;

const PLAIN_KEY = /^[a-z0-9_-]+$/;
const section = (kind: "values" | "secrets", project: string | undefined): string => {
  const key = project === undefined || PLAIN_KEY.test(project) ? `.${project ?? ""}` : `["${project}"]`;
  return project === undefined ? `homelab:${kind}` : `homelab:projects${key}.${kind}`;
};

/** Where a secret is in the stack's configuration, as `pulumi config --path` takes it. */
export function secretPath(id: string): string {
  const { project, name } = ownerOf(id);
  return `${section("secrets", project)}.${name}`;
}

const inStack = (stack: string | undefined): string => (stack === undefined ? "" : ` --stack ${stack}`);
const quoted = (path: string): string => (path.includes("[") ? `'${path}'` : path);

/** The command by which the owner sets a secret. */
export const setSecret = (stack: string | undefined, id: string): string =>
  `npx pulumi config set${inStack(stack)} --secret --path ${quoted(secretPath(id))}`;

/** The command by which the owner removes a secret. */
export const removeSecret = (stack: string, id: string): string =>
  `npx pulumi config rm --path ${quoted(secretPath(id))} --stack ${stack}`;

/** The command by which the owner sets a value. */
export const setValue = (stack: string, project: string | undefined, name: string, value = "VALUE"): string =>
  `npx pulumi config set${inStack(stack)} --path ${quoted(`${section("values", project)}.${name}`)} ${value}`;

/** The command by which a project may use a name of the homelab. */
export const shareName = (stack: string, project: string, name: string, shared: number): string => {
  const key = PLAIN_KEY.test(project) ? `.${project}` : `["${project}"]`;
  return `npx pulumi config set${inStack(stack)} --path 'homelab:projects${key}.shared[${shared}]' ${name}`;
};
