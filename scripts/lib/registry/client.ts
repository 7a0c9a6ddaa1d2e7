import { z } from "zod";
import type { ImageReference } from "./reference.js";

// The OCI distribution API (github.com/opencontainers/distribution-spec), as anybody may use it who has no account.

/** For everything that is asked about one image. */
const SECONDS = 15;
/** Pages of tags; Docker Hub's are long. */
const MOST_PAGES = 50;
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** A registry cannot be reached, or does not say what it is asked. */
export class RegistryError extends Error {
  /** Whether it did answer: there is no such image for somebody without an account. */
  readonly missing: boolean;

  constructor(message: string, { missing = false, ...options }: ErrorOptions & { readonly missing?: boolean } = {}) {
    super(message, options);
    this.missing = missing;
  }
}

/** What a registry answers where an image does not exist. Docker Hub does not let on whether it does where it is private. */
const MISSING: readonly number[] = [401, 403, 404];

type Repository = Pick<ImageReference, "registry" | "repository">;

/** A repository of a registry, with the token that it has given. */
export interface RegistryClient {
  /** @throws RegistryError */
  tags(): Promise<string[]>;
  /** Digest of what a tag names, for all its platforms. @throws RegistryError */
  digest(tag: string): Promise<string>;
  /** Labels of the image that a tag names, on whichever platform. @throws RegistryError */
  labels(tag: string): Promise<Readonly<Record<string, string>>>;
  /** The platforms that a tag or digest has an image for, as in linux/arm64 or linux/arm/v7. @throws RegistryError */
  platforms(name: string): Promise<string[]>;
  /**
   * What is pulled of the image that a tag or digest names.
   *
   * @param platform @default the first that there is
   * @throws RegistryError
   */
  layers(name: string, platform: string | undefined): Promise<readonly Layer[]>;
}

/** A part of an image, as a registry keeps it. */
export interface Layer {
  readonly digest: string;
  /** Bytes, compressed. */
  readonly size: number;
}

/** @param ask fetches; @default the fetch of Node */
export function registryClient({ registry, repository }: Repository, ask: typeof fetch = fetch): RegistryClient {
  const base = `https://${registry}/v2/${repository}`;
  const signal = AbortSignal.timeout(SECONDS * 1000);
  let token: string | undefined;

  async function once(url: string, accept: string): Promise<Response> {
    const headers = { accept, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    return ask(url, { headers, signal }).catch((error: unknown) => {
      throw new RegistryError(`${registry} is not reachable`, { cause: error });
    });
  }

  async function get(url: string, accept = "application/json"): Promise<Response> {
    let response = await once(url, accept);
    if (response.status === 401 && token === undefined) {
      token = await anonymousToken(response.headers.get("www-authenticate") ?? "", once);
      response = await once(url, accept);
    }
    if (!response.ok) {
      const missing = MISSING.includes(response.status);
      throw new RegistryError(`${registry} answers ${response.status} for ${repository}`, { missing });
    }
    return response;
  }

  const json = async <T>(schema: z.ZodType<T>, url: string, accept?: string): Promise<T> => {
    const read = schema.safeParse(await (await get(url, accept)).json().catch(() => undefined));
    if (!read.success) {
      throw new RegistryError(`${registry} does not answer for ${repository} as a registry does`);
    }
    return read.data;
  };

  return {
    async tags() {
      const found: string[] = [];
      let url: string | undefined = `${base}/tags/list?n=1000`;
      for (let page = 0; url !== undefined && page < MOST_PAGES; page++) {
        const response = await get(url);
        const list = TAGS.safeParse(await response.json().catch(() => undefined));
        if (!list.success) {
          throw new RegistryError(`${registry} does not answer for ${repository} as a registry does`);
        }
        found.push(...(list.data.tags ?? []));
        const next: string | undefined = /<([^>]+)>;\s*rel="?next/.exec(response.headers.get("link") ?? "")?.[1];
        url = next === undefined ? undefined : new URL(next, url).href;
      }
      return found;
    },
    async digest(tag) {
      const digest = (await get(`${base}/manifests/${tag}`, MANIFESTS)).headers.get("docker-content-digest");
      if (digest === null) {
        throw new RegistryError(`${registry} does not say the digest of ${repository}:${tag}`);
      }
      return digest;
    },
    async labels(tag) {
      let manifest = await json(MANIFEST, `${base}/manifests/${tag}`, MANIFESTS);
      const [first] = manifest.manifests ?? [];
      if (first !== undefined) {
        manifest = await json(MANIFEST, `${base}/manifests/${first.digest}`, MANIFESTS);
      }
      if (manifest.config === undefined) {
        return {};
      }
      const { config } = await json(CONFIG, `${base}/blobs/${manifest.config.digest}`, "*/*");
      return config?.Labels ?? {};
    },
    async platforms(name) {
      const { manifests, config } = await json(MANIFEST, `${base}/manifests/${name}`, MANIFESTS);
      const single = config && (await json(CONFIG, `${base}/blobs/${config.digest}`, "*/*"));
      const platforms = manifests?.map(({ platform }) => platform) ?? [single];
      return platforms.flatMap((it) => (it?.os === undefined ? [] : [platformText(it)]));
    },
    async layers(name, platform) {
      const { manifests, layers } = await json(MANIFEST, `${base}/manifests/${name}`, MANIFESTS);
      const one = manifests?.find(({ platform: it }) => {
        const text = it?.os === undefined ? "unknown" : platformText(it);
        return platform === undefined || text === platform || text.startsWith(`${platform}/`);
      });
      return layers ?? (one && (await json(MANIFEST, `${base}/manifests/${one.digest}`, MANIFESTS)).layers) ?? [];
    },
  };
}

const TAGS = z.object({ tags: z.array(z.string()).nullable() });
const PLATFORM = z.object({
  os: z.string().optional(),
  architecture: z.string().optional(),
  variant: z.string().optional(),
});
const DIGEST = z.object({ digest: z.string() });
const MANIFEST = z.object({
  manifests: z.array(DIGEST.extend({ platform: PLATFORM.optional() })).optional(),
  config: DIGEST.optional(),
  layers: z.array(DIGEST.extend({ size: z.number() })).optional(),
});
const CONFIG = PLATFORM.extend({
  config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).optional(),
});
const TOKEN = z.object({ token: z.string().optional(), access_token: z.string().optional() });

const platformText = ({ os, architecture, variant }: z.infer<typeof PLATFORM>): string =>
  [os, architecture, variant].filter((part) => part !== undefined && part !== "").join("/");

/** A token for somebody without an account, from where a registry says in its challenge. */
async function anonymousToken(
  challenge: string,
  ask: (url: string, accept: string) => Promise<Response>,
): Promise<string> {
  const fields = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
  const realm = fields.get("realm");
  if (!/^bearer /i.test(challenge) || realm === undefined) {
    throw new RegistryError("the registry requires an account");
  }
  const url = new URL(realm);
  for (const name of ["service", "scope"]) {
    url.searchParams.set(name, fields.get(name) ?? "");
  }
  const { data } = TOKEN.safeParse(await (await ask(url.href, "application/json")).json().catch(() => undefined));
  const token = data?.token ?? data?.access_token;
  if (token === undefined) {
    throw new RegistryError("the registry gives no token without an account");
  }
  return token;
}
