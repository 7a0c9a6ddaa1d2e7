import { imagesOfPlan, missingImages, missingText } from "../../scripts/lib/registry/missing.js";
import { twoHosts } from "./homelab.js";

// Whether images exist, by what registries answer.

const INDEX = {
  manifests: [
    { digest: "sha256:1", platform: { os: "linux", architecture: "amd64" } },
    { digest: "sha256:2", platform: { os: "linux", architecture: "arm64", variant: "v8" } },
    { digest: "sha256:3", platform: { os: "unknown", architecture: "unknown" } },
  ],
};
const ANSWERS: Readonly<Record<string, object>> = {
  "/v2/library/web/manifests/1.0": INDEX,
  "/v2/library/one/manifests/1.0": { config: { digest: "sha256:4" } },
  "/v2/library/one/blobs/sha256:4": { os: "linux", architecture: "amd64", config: { Labels: null } },
};
const asked: string[] = [];
const ask: typeof fetch = (input) => {
  const { host, pathname } = new URL(input instanceof Request ? input.url : input);
  asked.push(pathname);
  if (host !== "registry-1.docker.io") {
    return Promise.reject(new TypeError("fetch failed"));
  }
  const answer = ANSWERS[pathname];
  const status = pathname.includes("/private/") ? 401 : pathname.includes("/broken/") ? 500 : 404;
  return Promise.resolve(answer === undefined ? new Response("", { status }) : Response.json(answer));
};
const missing = async (reference: string, platform?: string): Promise<string[]> =>
  (await missingImages([{ host: "pi5", reference, platform }], ask)).map(missingText);

test.each([
  ["web:1.0", undefined, []],
  ["web:1.0", "linux/amd64", []],
  ["web:1.0", "linux/arm64", []],
  ["web:1.0", "linux/arm/v6", ["is not there for linux/arm/v6, but for linux/amd64, linux/arm64/v8"]],
  ["one:1.0", "linux/arm64", ["is not there for linux/arm64, but for linux/amd64"]],
  ["web:9.9", undefined, ["does not exist at registry-1.docker.io, or requires an account"]],
  ["me/private:1", undefined, []],
  ["me/broken:1", undefined, []],
  ["registry.home.lan:5000/me/own:1", undefined, []],
  ["web", undefined, []],
])("%s for %s", async (image, platform, words) => {
  expect(await missing(image, platform)).toEqual(words.map((it) => `pi5: image ${image} ${it}`));
});

test("an image that several hosts pull is asked for once", async () => {
  const wanted = ["pi5", "pi6"].map((host) => ({ host, reference: "web:9.9", platform: undefined }));
  asked.length = 0;
  const [found] = await missingImages(wanted, ask);
  expect([found?.hosts, asked]).toEqual([["pi5", "pi6"], ["/v2/library/web/manifests/9.9"]]);
});

test("a plan pulls the images that it makes, not those that it removes", () => {
  const change = { host: "jellyfin", kind: "image", kept: false, details: [] } as const;
  const changes = [
    { ...change, name: "player:1.0", action: "create" } as const,
    { ...change, name: "finder:1.0", action: "delete" } as const,
    { ...change, kind: "container", name: "player", action: "replace" } as const,
  ];
  expect(imagesOfPlan(changes, twoHosts().hosts)).toEqual([
    { host: "jellyfin", reference: "player:1.0", platform: undefined },
  ]);
});
