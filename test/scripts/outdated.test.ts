import { readDeclared } from "../../model/services/declared.js";
import { newestVersion } from "../../scripts/add-service/proposals.js";
import { newestLike, newestRelease } from "../../scripts/outdated/newer.js";
import { describeAges, exitCodeOf, imageAges } from "../../scripts/outdated/outdated.js";
import { parseReference } from "../../scripts/lib/registry/reference.js";
import { registryClient, RegistryError } from "../../scripts/lib/registry/client.js";
import { UserError } from "../../scripts/lib/command.js";
import { withImage } from "../../scripts/update/compose-image.js";
import { describeUpdate, nextImage, sameImage } from "../../scripts/update/update.js";
import { COMPOSE_FILES, TWO_HOSTS } from "./homelab.js";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const { services } = readDeclared("test", (file) => {
  const text = { ...COMPOSE_FILES, "Pulumi.test.yaml": TWO_HOSTS }[file];
  return text === undefined ? { problem: "is missing" } : { text };
});

test.each([
  ["postgres:18.6", "registry-1.docker.io library/postgres 18.6"],
  ["docker.io/postgres:18.6", "registry-1.docker.io library/postgres 18.6"],
  ["traefik/whoami:v1.11", "registry-1.docker.io traefik/whoami v1.11"],
  ["ghcr.io/seerr-team/seerr:v3.2.0", "ghcr.io seerr-team/seerr v3.2.0"],
  ["localhost:5000/a:1", "localhost:5000 a 1"],
  [`quay.io/a/b:1@${DIGEST}`, `quay.io a/b 1 ${DIGEST}`],
])("%s is %s", (image, expected) => {
  const { registry, repository, tag, digest } = parseReference(image) ?? {};
  expect([registry, repository, tag, digest].filter(Boolean).join(" ")).toBe(expected);
});

test.each(["postgres", "localhost:5000/a", `postgres@${DIGEST}`])("%s has no tag", (image) => {
  expect(parseReference(image)).toBeUndefined();
});

test.each([
  ["18.6", ["18.7", "17.9", "19.0-beta1", "latest", "19"], "18.7"],
  ["v3.19.0", ["v3.9.0", "v3.20.1", "v4.0.0-rc.1", "3.21.0", "next"], "v3.20.1"],
  ["2.45.0-alpine", ["2.46.0", "2.46.1-alpine", "2.9.9-alpine"], "2.46.1-alpine"],
  ["4.1.3-r0-ls352", ["4.1.3-r0-ls353", "4.1.3-r1-ls1", "version-4.1.4-r0"], "4.1.3-r1-ls1"],
  ["4.5.5", ["20240101.1.1", "4.5.6"], "4.5.6"],
  ["2024.10.1", ["2024.9.9", "2025.1.0", "7.0.0"], "2025.1.0"],
  ["1.0", ["0.9", "1.0"], undefined],
])("of %s with %j the newest is %s", (tag, tags, newest) => {
  expect(newestLike(tag, tags)).toBe(newest);
});

/** A registry that asks for a token and answers in pages. */
function registry(answers: Readonly<Record<string, object>>, seen: string[] = []): typeof fetch {
  return (input, init) => {
    const url = input instanceof Request ? input.url : input.toString();
    const authorized = new Headers(init?.headers).get("authorization") === "Bearer t0ken";
    seen.push(`${url}${authorized ? " authorized" : ""}`);
    if (url.startsWith("https://auth.test/")) {
      return Promise.resolve(Response.json({ token: "t0ken" }));
    }
    if (!authorized) {
      const challenge = 'Bearer realm="https://auth.test/token",service="r.test",scope="repository:a/b:pull"';
      return Promise.resolve(new Response("", { status: 401, headers: { "www-authenticate": challenge } }));
    }
    const answer = answers[new URL(url).pathname + new URL(url).search];
    const link = url.endsWith("n=1000") ? { link: '</v2/a/b/tags/list?n=1000&last=1.1>; rel="next"' } : {};
    return Promise.resolve(
      answer === undefined
        ? new Response("", { status: 404 })
        : Response.json(answer, { headers: { "docker-content-digest": DIGEST, ...link } }),
    );
  };
}
const ANSWERS = {
  "/v2/a/b/tags/list?n=1000": { tags: ["1.0", "1.1"] },
  "/v2/a/b/tags/list?n=1000&last=1.1": { tags: ["1.2"] },
  "/v2/a/b/manifests/1.2": { manifests: [{ digest: "sha256:amd64" }] },
  "/v2/a/b/manifests/sha256:amd64": { config: { digest: "sha256:config" } },
  "/v2/a/b/blobs/sha256:config": {
    config: { Labels: { "org.opencontainers.image.source": "https://github.com/o/r.git" } },
  },
};
describe("the newest version of an image that names none", () => {
  const asked = (tags: Readonly<Record<string, string>>): ReturnType<typeof newestRelease> =>
    newestRelease(Object.keys(tags), (tag) => Promise.resolve(tags[tag] ?? ""));
  test.each([
    [{ latest: "b", "1.29": "b", "1.29.3": "b", "1.30.0": "c", mainline: "c" }, "1.29.3 b"],
    [{ latest: "z", "1.9": "a", "1.10": "b", "2.0.0-rc1": "c", nightly: "d" }, "1.10 b"],
    [{ "v2.9.9": "a", "v2.10.0": "b" }, "v2.10.0 b"],
    [{ latest: "c", "4.0.1.2-ls298": "b", "4.0.2.1-ls299": "c", "arm64v8-4.0.2.1-ls299": "e" }, "4.0.2.1-ls299 c"],
    [{ latest: "b", "0.118.5": "a", "2025.12.1": "b", "20240101.1": "c" }, "2025.12.1 b"],
    [{ latest: "a", edge: "b" }, undefined],
  ])("of %j is %s", async (tags, newest) => {
    const found = await asked(tags);
    expect(found && `${found.tag} ${found.digest}`).toBe(newest);
  });

  test("is asked of its registry, with a token and page by page", async () => {
    expect(await newestVersion("r.test/a/b", registry(ANSWERS))).toEqual({ version: `1.2@${DIGEST}` });
  });

  test("is not known where the registry does not answer, or has no version", async () => {
    const refused: typeof fetch = () => Promise.reject(new TypeError("fetch failed"));
    expect(await newestVersion("r.test/a/b", refused)).toEqual({ unknown: "r.test is not reachable" });
    expect(await newestVersion("r.test/a/b", registry({}))).toEqual({ unknown: "r.test answers 404 for a/b" });
    expect(
      await newestVersion(
        "r.test/a/b",
        registry({ "/v2/a/b/tags/list?n=1000": { tags: ["edge"] }, "/v2/a/b/tags/list?n=1000&last=1.1": { tags: [] } }),
      ),
    ).toEqual({
      unknown: "r.test has no tag of r.test/a/b that is a version",
    });
    expect(await newestVersion("${IMAGE}", refused)).toEqual({
      unknown: "${IMAGE} is not an image that a registry could be asked about",
    });
  });
});

const client = (ask: typeof fetch): ReturnType<typeof registryClient> =>
  registryClient({ registry: "r.test", repository: "a/b" }, ask);

describe("a registry", () => {
  test("gives a token to anybody, and its tags page by page", async () => {
    const seen: string[] = [];
    expect(await client(registry(ANSWERS, seen)).tags()).toEqual(["1.0", "1.1", "1.2"]);
    expect(seen[1]).toBe("https://auth.test/token?service=r.test&scope=repository%3Aa%2Fb%3Apull");
    expect(seen.filter((url) => url.includes("auth.test"))).toHaveLength(1);
  });

  test("says the digest and the labels of a tag", async () => {
    const it = client(registry(ANSWERS));
    expect(await it.digest("1.2")).toBe(DIGEST);
    expect(await it.labels("1.2")).toEqual({ "org.opencontainers.image.source": "https://github.com/o/r.git" });
  });

  test.each<[string, typeof fetch, string]>([
    ["is not reachable", () => Promise.reject(new TypeError("fetch failed")), "r.test is not reachable"],
    ["does not have it", registry({}), "r.test answers 404 for a/b"],
    ["is none", () => Promise.resolve(new Response("<html>")), "r.test does not answer for a/b as a registry does"],
    ["wants an account", () => Promise.resolve(new Response("", { status: 401 })), "requires an account"],
  ])("that %s is no crash", async (_, ask, message) => {
    await expect(client(ask).tags()).rejects.toThrow(RegistryError);
    await expect(client(ask).tags()).rejects.toThrow(message);
  });
});

test("outdated names what is newer, and counts what nobody knows", async () => {
  const ages = await imageAges(services, ({ repository }) => ({
    tags: () =>
      repository === "player"
        ? Promise.reject(new RegistryError("hub is not reachable"))
        : Promise.resolve(repository === "library/watchtower" ? ["1.0", "1.7"] : []),
  }));
  const text = describeAges(ages);
  expect(text).toMatch(/^watchtower:1\.0 +1\.7 +pi5\/watchtower, jellyfin\/watchtower$/m);
  expect(text.split("\n")).toHaveLength(2);
  expect(exitCodeOf(ages)).toBe(2);
});

test("outdated says of a registry that it is not reachable once, and exits with another code", async () => {
  const ages = await imageAges(services, () => ({ tags: () => Promise.reject(new RegistryError("hub is off")) }));
  expect([describeAges(ages), exitCodeOf(ages)]).toEqual(["hub is off: 6 images not checked", 3]);
  const newest = await imageAges(services, () => ({ tags: () => Promise.resolve([]) }));
  expect([describeAges(newest), exitCodeOf(newest)]).toEqual(["All 6 images are the newest of their kind.", 0]);
});

describe("update", () => {
  const using = (image: string): (typeof services)[number]["service"] => {
    const [first] = services;
    if (first === undefined) {
      throw new Error("no service");
    }
    return { ...first.service, definition: { ...first.service.definition, image } };
  };
  const next = (image: string, version?: string, ask = registry(ANSWERS)): ReturnType<typeof nextImage> =>
    nextImage(using(image), version, () => client(ask));

  test("takes the newest, with its digest where there was one, and says where its changes are", async () => {
    const changes = "https://github.com/o/r/releases";
    expect(await next("a/b:1.0")).toEqual({ former: "a/b:1.0", next: "a/b:1.2", changes });
    expect(await next(`a/b:1.0@${DIGEST}`)).toMatchObject({ next: `a/b:1.2@${DIGEST}` });
    expect(await next("a/b:1.2")).toBeUndefined();
  });

  test("takes a version without a registry, unless a digest has to be known", async () => {
    const off: typeof fetch = () => Promise.reject(new TypeError("fetch failed"));
    expect(await next("a/b:1.0", "1.1", off)).toMatchObject({ next: "a/b:1.1", changes: undefined });
    await expect(next("a/b:1.0", "1.1 # newest", off)).rejects.toThrow(
      new UserError('"1.1 # newest" is not the tag of an image.'),
    );
    await expect(next(`a/b:1.0@${DIGEST}`, "1.1", off)).rejects.toThrow(
      new UserError("Nothing was changed: r.test is not reachable."),
    );
  });

  test("changes the one line, and leaves comments and layout", () => {
    const text = "services:\n  web: # mine\n    image:   a/b:1.0 # same version as every agent\n    ports: [ 80 ]\n";
    expect(withImage(text, "web", "a/b:1.2")).toBe(
      "services:\n  web: # mine\n    image:   a/b:1.2 # same version as every agent\n    ports: [ 80 ]\n",
    );
    expect(withImage("services: {web: {image: 'a:1', init: true}}", "web", "a:2")).toBe(
      "services: {web: {image: 'a:2', init: true}}",
    );
    expect(withImage("x: &x {image: a}\nservices: {web: {<<: *x}}\n", "web", "b")).toBeUndefined();
  });

  test("names the services that still have the former image", () => {
    const watchtower = services.find(({ service }) => service.name === "watchtower");
    const others = watchtower === undefined ? [] : sameImage(watchtower, services);
    expect(others.map(({ host }) => host)).toEqual(["jellyfin"]);
    const image = { former: "watchtower:1.0", next: "watchtower:1.7", changes: undefined };
    expect(watchtower && describeUpdate(image, watchtower, others).split("\n")).toEqual([
      "stacks/nas/compose.yaml: watchtower has watchtower:1.7, and had watchtower:1.0",
      "still the former one: jellyfin/watchtower in stacks/media/compose.yaml",
    ]);
  });
});
