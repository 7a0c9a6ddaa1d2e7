/** An image as a Compose file names it, taken apart. */
export interface ImageReference {
  /** As it is written: empty for Docker Hub's short form. */
  readonly name: string;
  /** Host of the registry's API. */
  readonly registry: string;
  /** As the API has it, such as library/postgres. */
  readonly repository: string;
  readonly tag: string;
  /** With its sha256:; undefined if none is written. */
  readonly digest: string | undefined;
}

/** Docker Hub's API, which has another name than its images. */
const DOCKER_HUB = "registry-1.docker.io";

/** What a tag may be: github.com/opencontainers/distribution-spec. */
export const isTag = (text: string): boolean => /^\w[\w.-]{0,127}$/.test(text);

/** Takes a reference with a tag apart; undefined for one without, which has no newer one. */
export function parseReference(image: string): ImageReference | undefined {
  const [, name = "", tag, digest] = /^([^@]+?):([\w][\w.-]{0,127})(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
  if (tag === undefined) {
    return undefined;
  }
  const [first = "", ...rest] = name.split("/");
  // Docker's own rule of what is a host and what is a part of Docker Hub's names.
  if (rest.length > 0 && /[.:]|^localhost$/.test(first) && first !== "docker.io") {
    return { name, registry: first, repository: rest.join("/"), tag, digest };
  }
  const path = first === "docker.io" ? rest : [first, ...rest];
  const repository = path.length === 1 ? `library/${path.join("/")}` : path.join("/");
  return { name, registry: DOCKER_HUB, repository, tag, digest };
}
