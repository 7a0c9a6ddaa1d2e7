import { newestRelease } from "../outdated/newer.js";
import { registryClient, RegistryError } from "../lib/registry/client.js";
import { parseReference } from "../lib/registry/reference.js";
import type { Question } from "./questions.js";

/** The newest version of an image, as TAG@DIGEST; or why nobody knows. */
export type Newest = { readonly version: string } | { readonly unknown: string };

/**
 * Asks the registry of an image for the newest release: the one that its tag latest means, if that can be told.
 *
 * @param image without a tag
 * @param ask fetches; @default the fetch of Node
 */
export async function newestVersion(image: string, ask: typeof fetch = fetch): Promise<Newest> {
  const reference = parseReference(`${image}:latest`);
  if (reference === undefined || image.includes("$")) {
    return { unknown: `${image} is not an image that a registry could be asked about` };
  }
  try {
    const client = registryClient(reference, ask);
    const release = await newestRelease(await client.tags(), (tag) => client.digest(tag));
    return release === undefined
      ? { unknown: `${reference.registry} has no tag of ${image} that is a version` }
      : { version: `${release.tag}@${release.digest}` };
  } catch (error) {
    if (error instanceof RegistryError) {
      return { unknown: error.message };
    }
    throw error;
  }
}

/** What is proposed where an image has no version. Each registry is asked once for an image, and what it lacks is said once. */
export class Proposals {
  private readonly known = new Map<string, Promise<Newest>>();
  private readonly said = new Set<string>();

  constructor(
    private readonly newest: ((image: string) => Promise<Newest>) | undefined,
    private readonly say: (text: string) => void,
  ) {}

  /** The questions, with a proposal where there is one. */
  put(questions: readonly Question[]): Promise<Question[]> {
    return Promise.all(questions.map((question) => this.putOne(question)));
  }

  private async putOne(question: Question): Promise<Question> {
    const { image } = question;
    if (image === undefined || this.newest === undefined) {
      return question;
    }
    const asked = this.known.get(image) ?? this.newest(image);
    this.known.set(image, asked);
    const found = await asked;
    if ("version" in found) {
      return { ...question, fallback: found.version, example: `${image}:${found.version}` };
    }
    if (!this.said.has(found.unknown)) {
      this.said.add(found.unknown);
      this.say(`No version is proposed: ${found.unknown}`);
    }
    return question;
  }
}
