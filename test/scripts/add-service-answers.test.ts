import { parse } from "yaml";
import type { Answers } from "../../scripts/add-service/answers.js";
import { converse } from "../../scripts/add-service/conversation.js";
import type { Outcome } from "../../scripts/add-service/conversation.js";
import { answersTemplate } from "../../scripts/add-service/questions.js";
import { NO_ANSWERS } from "../../scripts/add-service/answers.js";
import { HomelabError } from "../../model/yaml/problem.js";
import type { Converted } from "../../scripts/add-service/convert.js";
import { convertText, fileWith, problemsOf } from "./taken-over.js";

const HOME = `services:
  web:
    image: nginx
    ports: ["8080:80", "127.0.0.1:8081:81"]
  docker:
    image: proxy:1.0
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  hass:
    image: hass:latest
    network_mode: host
    privileged: true
`;

const convert = (answers: Answers): Converted => convertText(HOME, answers);

/** A conversation with somebody who answers by the first word of a question that is known. */
async function talk(replies: Readonly<Record<string, readonly string[]>>): Promise<Outcome & { heard: string[] }> {
  const heard: string[] = [];
  const left = new Map(Object.entries(replies).map(([key, all]) => [key, [...all]]));
  const ask = (question: string): Promise<string> => {
    heard.push(question);
    const key = [...left.keys()].find((it) => question.includes(it)) ?? "";
    return Promise.resolve(left.get(key)?.shift() ?? "");
  };
  const outcome = await converse({ convert, problemsOf, ask, say: (it) => heard.push(it) }, NO_ANSWERS);
  return { ...outcome, heard };
}

test("each decision is one question, and in the end the check passes", async () => {
  const { converted, open, heard } = await talk({
    "the ports of web": ["Lan", "lan, tailnet"],
    "version of nginx": ["1.29"],
    "version of hass": ["latest", "hass:2025.12"],
    "has Docker's socket": ["it lists containers"],
    "is privileged": ["Bluetooth"],
    "of its ports are for the LAN": ["8123 5353/udp"],
  });
  expect(heard.filter((it) => it.endsWith(" "))).toHaveLength(8);
  expect(heard).toContainEqual(expect.stringContaining('unknown audience "Lan"'));
  expect(heard).toContainEqual(expect.stringContaining("latest is not a version"));
  expect(open).toEqual([]);
  expect(problemsOf(converted)).toEqual([]);
  expect(parse(converted.text)).toMatchObject({
    services: {
      web: { image: "nginx:1.29", "x-homelab": { audience: ["lan", "tailnet"] } },
      docker: { "x-homelab": { "socket-reason": "it lists containers" } },
      hass: {
        image: "hass:2025.12",
        "x-homelab": {
          "privileged-reason": "Bluetooth",
          listens: [
            { port: 8123, protocol: "tcp", audience: ["lan"] },
            { port: 5353, protocol: "udp", audience: ["lan"] },
          ],
        },
      },
    },
  });
});

test("a port for the host itself stays so, whoever may reach the others", async () => {
  const { converted } = await talk({ "the ports of web": ["lan"], "version of nginx": ["1.29"] });
  expect(converted.text).toContain("host_ip: 127.0.0.1, x-audience: [ localhost ]");
});

test("an empty answer takes what is proposed, or leaves the question open", async () => {
  const { converted, open } = await talk({});
  expect(converted.text).toContain("x-homelab:\n      audience: [ lan ]\n");
  expect(open.map(({ name, key }) => `${name} ${key}`).sort()).toEqual([
    "docker socket-reason",
    "hass image",
    "hass listens",
    "hass privileged-reason",
    "web image",
  ]);
});

test("without a terminal the same answers are a file, of which what is open is the template", async () => {
  const silent = { convert, problemsOf, ask: undefined, say: () => undefined };
  const { open } = await converse(silent, NO_ANSWERS);
  const template = answersTemplate(open);
  const filled = template
    .replace("8080", "8123")
    .replace("image: IMAGE:TAG", "image: nginx:1.29")
    .replace("image: IMAGE:TAG", "image: hass:1.0");
  const { converted, open: left } = await converse(silent, fileWith(filled));
  expect(left).toEqual([]);
  expect(problemsOf(converted)).toEqual([]);
});

test("ports that Docker does not publish are what is asked about, and go with the answer", async () => {
  const text = 'services:\n  dns:\n    image: dns:1.0\n    network_mode: host\n    ports: ["53:53/udp", "8053:80"]\n';
  const talkOf = (answers: Answers, ask?: () => Promise<string>): Promise<Outcome> =>
    converse({ convert: (it) => convertText(text, it), problemsOf, ask, say: () => undefined }, answers);
  const listens = [
    { port: 53, protocol: "udp", audience: ["lan"] },
    { port: 80, protocol: "tcp", audience: ["lan"] },
  ];
  const { open } = await talkOf(NO_ANSWERS);
  expect(open.map(({ fallback }) => fallback)).toEqual(["53/udp, 80"]);
  expect(parse(answersTemplate(open))).toEqual({ services: { dns: { listens } } });
  for (const outcome of [
    await talkOf(fileWith(answersTemplate(open))),
    await talkOf(NO_ANSWERS, () => Promise.resolve("")),
  ]) {
    expect(outcome.open).toEqual([]);
    expect(problemsOf(outcome.converted)).toEqual([]);
    expect(parse(outcome.converted.text)).toMatchObject({ services: { dns: { "x-homelab": { listens } } } });
    expect(outcome.converted.changed.map(({ text: note }) => note)).toContain(
      "ports: removed, Docker publishes none with network_mode: host, and x-homelab.listens names them",
    );
  }
});

describe("a port of the host that Docker would choose, or that another has", () => {
  const TWO =
    'services:\n  first: {image: "a:1", ports: ["80:80"], x-homelab: {audience: [lan]}}\n' +
    '  second:\n    image: b:1\n    ports: ["53", "80:8000", "9000:9000/udp"]\n    x-homelab: {audience: [lan]}\n' +
    '  third: {image: "c:1", ports: ["8080:8080"], x-homelab: {audience: [lan]}}\n';
  const about = (text: string, replies: readonly string[] | undefined, answers = NO_ANSWERS): Promise<Outcome> => {
    const left = [...(replies ?? [])];
    const ask = (question: string): Promise<string> => {
      heard.push(question);
      return Promise.resolve(left.shift() ?? "");
    };
    const talking = { problemsOf, ask: replies === undefined ? undefined : ask, say: (it: string) => heard.push(it) };
    return converse({ ...talking, convert: (it) => convertText(text, it) }, answers);
  };
  let heard: string[];
  beforeEach(() => (heard = []));
  const publishedBy = (text: string, service: string): unknown =>
    (parse(text, { merge: true }) as { services: Record<string, { ports: { published: string }[] }> }).services[
      service
    ]?.ports.map(({ published }) => published);

  test("is asked for until one is free, with a proposal", async () => {
    const { converted, open } = await about(TWO, ["", "", "8080", "x", ""]);
    expect(heard).toEqual([
      "Which port of the host is port 53/tcp of second to have? [53] ",
      "second: port 80/tcp of the host is already taken by first. Which one is port 8000/tcp of second to have? [8080] ",
      "third: port 8080/tcp of the host is already taken by second. Which one is port 8080/tcp of third to have? [8081] ",
      "third: port 8080/tcp of the host is already taken by second. Which one is port 8080/tcp of third to have? [8081] ",
      "x is not a port: write a number from 1 to 65535",
      "third: port 8080/tcp of the host is already taken by second. Which one is port 8080/tcp of third to have? [8081] ",
    ]);
    expect(open).toEqual([]);
    expect(problemsOf(converted)).toEqual([]);
    expect(publishedBy(converted.text, "second")).toEqual(["53", "8080", "9000"]);
    expect(publishedBy(converted.text, "third")).toEqual(["8081"]);
  });

  test("is in the answers file, where there is no terminal", async () => {
    const { open } = await about(TWO, undefined);
    expect(parse(answersTemplate(open))).toEqual({
      services: { second: { ports: { "53/tcp": 53, "8000/tcp": 8080 } } },
    });
    const answers = fileWith("services: {second: {ports: {53/tcp: 5353, 8000/tcp: 8000}}}\n");
    const { converted, open: left } = await about(TWO, undefined, answers);
    expect(left).toEqual([]);
    expect(problemsOf(converted)).toEqual([]);
    expect(publishedBy(converted.text, "second")).toEqual(["5353", "8000", "9000"]);
  });

  test("becomes a service's own where it has its ports by an anchor", async () => {
    const text =
      'x-one: &one {image: "a:1", ports: ["80:80"], x-homelab: {audience: [lan]}}\n' +
      "services:\n  first: {<<: *one}\n  second: {<<: *one}\n";
    const { converted } = await about(text, [""]);
    expect(problemsOf(converted)).toEqual([]);
    expect([publishedBy(converted.text, "first"), publishedBy(converted.text, "second")]).toEqual([["80"], ["8080"]]);
  });

  test("is not asked for a long range, and not where one port of the container has two of the host", async () => {
    for (const ports of ['["80-90:80-90"]', '["80:80", "8000:80"]']) {
      const text = `services:\n  one: {image: "a:1", ports: ["80:1"], x-homelab: {audience: [lan]}}\n  two: {image: "b:1", ports: ${ports}, x-homelab: {audience: [lan]}}\n`;
      const { open, converted } = await about(text, []);
      expect(problemsOf(converted).map(({ code }) => code)).toEqual(["duplicate-port"]);
      expect([heard, open]).toEqual([[], []]);
    }
  });

  test("is asked for beside an entry that cannot be read", async () => {
    const text = 'services:\n  one: {image: "a:1", ports: [x, "53"], x-homelab: {audience: [lan]}}\n';
    const { open } = await about(text, undefined);
    expect(parse(answersTemplate(open))).toEqual({ services: { one: { ports: { "53/tcp": 53 } } } });
  });

  test("is refused for a port that the service does not have", () => {
    expect(() =>
      convertText(TWO, { services: { first: { ports: { "81/tcp": 1 } } }, networks: {}, values: {} }),
    ).toThrow("first in docker-compose.yml has no port 81/tcp");
  });
});

test("a mistake in an answers file is told with its line", () => {
  const wrong = (text: string): string[] => {
    try {
      fileWith(text);
    } catch (error) {
      return error instanceof HomelabError
        ? error.problems.map(({ line, path, message }) => `${line} ${path}: ${message}`)
        : [];
    }
    return [];
  };
  expect(wrong("services:\n  web: {imagee: a:1}\n")).toEqual(['2 services.web.imagee: unknown key "imagee"']);
  expect(wrong("services:\n  web: {ports: {http: 80}}\n")).toEqual([
    "2 services.web.ports.http: is not a port of a container",
  ]);
  expect(wrong("audience: ['?']\n")).toEqual(['1 audience[0]: unknown audience "?"']);
});

test("an answer for a service that is not there is refused", () => {
  expect(() => convert({ services: { dockr: { image: "a:1" } }, networks: {}, values: {} })).toThrow(
    'docker-compose.yml has no service "dockr": write "docker"',
  );
});
