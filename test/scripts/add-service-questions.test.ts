import { parse } from "yaml";
import { NO_ANSWERS } from "../../scripts/add-service/answers.js";
import type { Answers } from "../../scripts/add-service/answers.js";
import { converse } from "../../scripts/add-service/conversation.js";
import type { Outcome } from "../../scripts/add-service/conversation.js";
import type { Newest } from "../../scripts/add-service/proposals.js";
import { answersTemplate } from "../../scripts/add-service/questions.js";
import { convertText, fileWith, problemsOf } from "./taken-over.js";

test("a key that has to be changed by hand hides no question, and the answers count", async () => {
  const text =
    "services:\n  web: {image: nginx, ports: ['80:80', 'x'], uts: host}\n  dns: {image: 'a:1', network_mode: macvlan, privileged: true}\n";
  const talkOf = (answers: Answers): Promise<Outcome> =>
    converse({ convert: (it) => convertText(text, it), problemsOf, ask: undefined, say: () => undefined }, answers);
  const { open } = await talkOf(NO_ANSWERS);
  expect(open.map(({ name, key }) => `${name} ${key}`)).toEqual(["web audience", "web image", "dns privileged-reason"]);
  const { open: left, converted } = await talkOf(fileWith(answersTemplate(open).replace("IMAGE:TAG", "nginx:1.29")));
  expect(left).toEqual([]);
  expect(problemsOf(converted).map(({ code, path }) => `${path} ${code}`)).toEqual([
    "services.web.ports[1] malformed",
    "services.web.uts unsupported-key",
    "services.dns.network_mode malformed",
  ]);
});

describe("a network with IPv6", () => {
  const text =
    "services: {web: {image: 'a:1', networks: [front]}}\nnetworks: {front: {enable_ipv6: true, internal: true}}\n";
  const talkOf = (answers: Answers, ask?: (question: string) => Promise<string>): Promise<Outcome> =>
    converse({ convert: (it) => convertText(text, it), problemsOf, ask, say: (it) => said.push(it) }, answers);
  let said: string[];
  beforeEach(() => (said = []));

  test("goes without, unless the owner makes it", async () => {
    const replies = ["no", ""];
    const { converted, open } = await talkOf(NO_ANSWERS, (question) => {
      said.push(question);
      return Promise.resolve(replies.shift() ?? "");
    });
    const question =
      "The network front is to have IPv6, and containers are reached over IPv4 here. May it go without? [yes] ";
    expect(said).toEqual([question, expect.stringContaining("docker network create --ipv6 front"), question]);
    expect(open).toEqual([]);
    expect(problemsOf(converted)).toEqual([]);
    expect(parse(converted.text)).toMatchObject({ networks: { front: { enable_ipv6: false, internal: true } } });
  });

  test("is answered in a file", async () => {
    const { open } = await talkOf(NO_ANSWERS);
    const template = answersTemplate(open);
    expect(parse(template)).toEqual({ networks: { front: { enable_ipv6: false } } });
    const { converted, open: left } = await talkOf(fileWith(template));
    expect([left, problemsOf(converted)]).toEqual([[], []]);
    expect(() => convertText(text, fileWith("networks: {frond: {enable_ipv6: false}}\n"))).toThrow(
      'docker-compose.yml has no network "frond": write "front"',
    );
  });
});

describe("an image without a version", () => {
  const VERSION = `1.29.3@sha256:${"0".repeat(64)}`;
  const text =
    "services: {one: {image: nginx}, two: {image: 'nginx:latest'}, three: {image: 'ghcr.io/x/y:${TAG:-latest}'}}\n";
  let said: string[];
  let looked: string[];
  beforeEach(() => ([said, looked] = [[], []]));
  const newest = (image: string): Promise<Newest> => {
    looked.push(image);
    return Promise.resolve(image === "nginx" ? { version: VERSION } : { unknown: "ghcr.io is not reachable" });
  };
  const talkOf = (answers: Answers, ask?: (question: string) => Promise<string>): Promise<Outcome> =>
    converse({ convert: (it) => convertText(text, it), problemsOf, ask, say: (it) => said.push(it), newest }, answers);

  test("gets the newest if the owner agrees; what a registry does not say is asked as ever", async () => {
    const { converted, open } = await talkOf(NO_ANSWERS, (question) => {
      said.push(question);
      return Promise.resolve(question.includes("x/y") ? "2.0" : "");
    });
    expect(said).toEqual([
      "No version is proposed: ghcr.io is not reachable",
      `Which version of nginx is one to run? [${VERSION}] `,
      `Which version of nginx is two to run? [${VERSION}] `,
      "Which version of ghcr.io/x/y is three to run? ",
    ]);
    expect(looked).toEqual(["nginx", "ghcr.io/x/y"]);
    expect([open, problemsOf(converted)]).toEqual([[], []]);
    const image = `nginx:${VERSION}`;
    expect(parse(converted.text)).toMatchObject({
      services: { one: { image }, two: { image }, three: { image: "ghcr.io/x/y:2.0" } },
    });
  });

  test("has the newest in the answers file", async () => {
    const { open } = await talkOf(NO_ANSWERS);
    expect(parse(answersTemplate(open))).toEqual({
      services: {
        one: { image: `nginx:${VERSION}` },
        two: { image: `nginx:${VERSION}` },
        three: { image: "IMAGE:TAG" },
      },
    });
  });
});

test.each(["macvlan", "ipvlan"])(
  "a network of the LAN, by %s, is the owner's to make, with the command for it",
  (driver) => {
    const text = [
      "services:",
      "  dns: {image: 'pihole:1', networks: {lan: {ipv4_address: 192.168.1.53}}, ports: ['53:53']}",
      "networks:",
      `  lan: {driver: ${driver}, driver_opts: {parent: eth0}, ipam: {config: [{subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.48/29, aux_addresses: {host: 192.168.1.49}}]}}`,
      "",
    ].join("\n");
    const converted = convertText(text, NO_ANSWERS);
    expect(problemsOf(converted)).toEqual([]);
    expect(parse(converted.text)).toMatchObject({
      networks: { lan: { external: true, name: "home_lan", "x-driver": driver } },
    });
    expect(converted.text).not.toContain("ports:");
    expect(converted.todo.map((it) => it.text)).toEqual([
      `the network home_lan is external: it must be on the host before; docker network create --driver ${driver} --opt parent=eth0 --subnet 192.168.1.0/24 --gateway 192.168.1.1 --ip-range 192.168.1.48/29 --aux-address host=192.168.1.49 home_lan makes it`,
    ]);
    expect(converted.changed.map((it) => it.text)).toContainEqual(
      `network lan: ${driver} is made by you now; everybody in the LAN reaches its containers, whatever their audience`,
    );
    expect(converted.changed.map((it) => it.text)).toContainEqual(
      "ports: removed, Docker publishes none of a container with an address of the LAN",
    );
    expect(converted.unstated).toEqual([]);
  },
);
