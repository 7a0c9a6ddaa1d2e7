import { dns } from "../../model/outputs/dns.js";
import type { Text } from "../../model/text.js";
import { CONFIG, HOST_KEY, model, onlyHost, problemsOf, serviceOf } from "./declare.js";

const KEY = `hostKey: "${HOST_KEY}"`;
const FILE = "stacks/nas/compose.yaml";
const WEB = "services:\n  web:\n    image: nginx:1.29\n";
/** A configuration whose one host has more keys. */
const host = (keys: string): string => CONFIG.replace("role: nas", keys);

describe("what a host runs", () => {
  const own = { "my/blog/compose.yaml": WEB.replace("web", "blog"), "my/wiki.yaml": WEB.replace("web", "wiki") };
  const names = (config: string): string[] => onlyHost(model(WEB, config, own)).services.map(({ name }) => name);

  test("is what its role says", () => {
    expect(names(CONFIG)).toEqual(["web"]);
  });

  test("and what its owner adds", () => {
    expect(names(host("role: nas, services: [my/blog/compose.yaml, my/wiki.yaml]"))).toEqual(["web", "blog", "wiki"]);
  });

  test("or only that, without a role", () => {
    expect(names(host("services: [my/wiki.yaml]"))).toEqual(["wiki"]);
  });

  test("its own files are projects of their own", () => {
    const networks = onlyHost(model(WEB, host("services: [my/blog/compose.yaml, my/wiki.yaml]"), own)).networks;
    expect(networks.map(({ name }) => name)).toEqual(["blog_default", "wiki_default"]);
  });

  test("two files cannot have one project name or one port", () => {
    const twice =
      "name: nas\nservices:\n  other:\n    image: nginx:1.29\n    ports: [{target: 80, published: 80, x-audience: [lan]}]\n";
    const first = `${WEB}    ports: [{target: 80, published: 80, x-audience: [lan]}]\n`;
    const build = () => model(first, host("role: nas, services: [my/x.yaml]"), { "my/x.yaml": twice });
    expect(problemsOf(build)).toEqual([
      `my/x.yaml:1 name: ${FILE} on the same host has the same project name, "nas" -> write another name: at the top`,
      "my/x.yaml:5 services.other.ports[0]: port 80/tcp of the host is already taken by web -> choose another port of the host",
    ]);
  });
});

describe("platforms", () => {
  const compose = `${WEB}    x-homelab: {platforms: [linux/amd64]}\n`;

  test("an image that does not exist for the host is refused", () => {
    expect(problemsOf(() => model(compose, host("role: nas, platform: linux/amd64")))).toEqual([]);
    expect(problemsOf(() => model(compose, host("role: nas, platform: linux/arm64")))).toEqual([
      `${FILE}:3 services.web.image: nginx:1.29 does not exist for linux/arm64, the platform of pi5 -> it exists for linux/amd64; put the service on another host`,
    ]);
  });

  test("a Pi Zero of the first generation is refused", () => {
    expect(problemsOf(() => model(WEB, host("role: nas, platform: linux/arm/v6")))).toEqual([
      "Pulumi.test.yaml:5 config.homelab:hosts.pi5.platform: a Pi Zero of the first generation cannot run these containers -> use a Pi Zero 2 W with a 64-bit system",
    ]);
  });
});

describe("values", () => {
  const label = (value: string, config = CONFIG): Text | undefined =>
    onlyHost(model(`${WEB}    labels: {it: "${value}"}\n`, config)).services[0]?.definition.labels["it"];

  test.each([
    ["${HOST_NAME}.${DOMAIN}", "pi5.example.org"],
    ["${HOST_ADDRESS}", "192.168.1.100"],
    ["${NAS_ADDRESS}", "192.168.1.100"],
    ["${LAN_SUBNET}", "192.168.1.0/24"],
    ["${NOBODY:-else}", "else"],
    ["${NOBODY:-}x", "x"],
    ["a$$b", "a$b"],
  ])("%s is %s", (text, value) => {
    expect(label(text)).toBe(value);
  });

  test("of the owner's own", () => {
    expect(label("${MINE}", `${CONFIG}  homelab:values: {MINE: 7}\n`)).toBe("7");
  });

  test("the address of a role that two hosts have is nobody's", () => {
    const two = `${CONFIG}    pi6: {address: 192.168.1.101, role: nas, ${KEY}}\n`;
    expect(problemsOf(() => model(`${WEB}    hostname: "\${NAS_ADDRESS}"\n`, two))).toHaveLength(1);
  });
});

describe("YAML as people write it", () => {
  test("a port that YAML 1.1 would take for a number to the base of sixty", () => {
    const { ports } = serviceOf(`${WEB}    ports: [23:23]\n    x-homelab: {audience: [lan]}\n`);
    expect(ports).toEqual([expect.objectContaining({ target: 23, published: 23 })]);
  });

  test("no is a word", () => {
    const { definition } = serviceOf(`${WEB}    restart: no\n    environment: {A: no, B: 10, C: 1.5}\n`);
    expect(definition.restart).toBe("no");
    expect(definition.environment).toEqual({ A: "no", B: "10", C: "1.5" });
  });

  test.each([
    ["010", 8],
    ["0x1F", 31],
    ["1e3", 1000],
  ])("the number %s, which others read otherwise", (number, elsewhere) => {
    const message = `${number} is ${Number(number)} here and another number to other programs`;
    expect(problemsOf(() => model(`${WEB}    environment: {A: ${number}}\n`))).toEqual([
      `${FILE}:4 : ${message} -> write "${number}", or write ${elsewhere} if a number is meant`,
    ]);
  });

  // What Compose's loader makes of each: 1000, 3, 10.5, 1.
  test.each([
    ["1_000", 1000],
    ["-0b11", -3],
    ["1_0.5", 10.5],
    ["0_1", 1],
  ])("the word %s, which is a number to others", (word, number) => {
    expect(problemsOf(() => model(`${WEB}    environment: {A: ${word}}\n`))).toEqual([
      `${FILE}:4 : ${word} is text here and ${number} to other programs -> write "${word}", or write ${number} if a number is meant`,
    ]);
  });

  test.each(["2024-01-01", "2024-1-2 10:00:00", "2024-01-01T10:00:00Z"])(
    "the word %s, which is a date to others",
    (word) => {
      expect(problemsOf(() => model(`${WEB}    environment: {A: ${word}}\n`))).toEqual([
        `${FILE}:4 : ${word} is text here and a date to other programs -> write "${word}"`,
      ]);
    },
  );

  test.each(["-0", "1000000.0", "1234567.5", "0.00009"])("the number %s, which others write otherwise", (number) => {
    expect(problemsOf(() => model(`${WEB}    environment: {A: ${number}}\n`))).toEqual([
      `${FILE}:4 : other programs write ${number} in another form where it is passed on as text -> write "${number}"`,
    ]);
  });

  test("words that are text to everybody", () => {
    const words = { A: "12:30:45", B: "_1", C: "1.2.3", D: "2024-01", E: "a_1", F: "10.0.0.0/8", G: "1-2-3" };
    const lines = Object.entries(words).map(([key, word]) => `${key}: ${word}`);
    const quoted = 'I: "1_000", J: "2024-01-01"';
    const { definition } = serviceOf(`${WEB}    environment: {${lines.join(", ")}, ${quoted}}\n`);
    expect(definition.environment).toEqual({ ...words, I: "1_000", J: "2024-01-01" });
  });

  test("a number with more digits than a number keeps", () => {
    expect(problemsOf(() => model(`${WEB}    environment: {ID: 9007199254740993}\n`))).toEqual([
      `${FILE}:4 : 9007199254740993 has more digits than a number can hold -> write "9007199254740993"`,
    ]);
  });

  test("anchors and merge keys", () => {
    const compose = "x-base: &base {restart: always}\nservices:\n  web:\n    <<: *base\n    image: nginx:1.29\n";
    expect(serviceOf(compose).definition.restart).toBe("always");
  });

  test("a problem behind an alias is where the alias is", () => {
    const compose = "x-base: &base {restart: sometimes}\nservices:\n  web:\n    <<: *base\n    image: nginx:1.29\n";
    expect(problemsOf(() => model(compose))).toEqual([
      `${FILE}:3 services.web.restart: must be no, always, unless-stopped or on-failure[:N]`,
    ]);
  });

  test("an alias without an anchor", () => {
    expect(problemsOf(() => model("services:\n  web: *nothing\n"))).toEqual([
      `${FILE}:2 : *nothing refers to no anchor -> write &nothing before it, or put the text in quotes: "*nothing"`,
    ]);
    expect(problemsOf(() => model("services:\n  web: {hostname: *.example.org}\n"))).toEqual([
      `${FILE}:2 : *.example.org refers to no anchor -> put the text in quotes: "*.example.org"`,
    ]);
  });
});

test("a secret in plain text is refused", () => {
  expect(problemsOf(() => model(WEB, `${CONFIG}  homelab:secrets: {TOKEN: hunter2}\n`))).toEqual([
    "Pulumi.test.yaml:6 config.homelab:secrets.TOKEN: is stored in plain text -> encrypt it: npx pulumi config set --secret --path homelab:secrets.TOKEN",
  ]);
});

/** Routes lead to it, on whichever service of its host they are; here it is the only one. */
const TRAEFIK = WEB.replace(/image: .*/, "image: traefik:v3.7");

test("the names that Traefik's routers serve, with their addresses", () => {
  const rule = (names: string): string => `    labels: {"traefik.http.routers.x.rule": "${names}"}\n`;
  const homelab = model(`${TRAEFIK}${rule("Host(`b.${DOMAIN}`) || Host(`a.lan`) && PathPrefix(`/x`)")}`);
  expect(dns.derive(homelab).names).toEqual({ "a.lan": "192.168.1.100", "b.example.org": "192.168.1.100" });
});

test("DNS records in the words of the usual resolvers", () => {
  const label = '    labels: {"traefik.http.routers.x.rule": "Host(`jellyfin.${DOMAIN}`)"}\n';
  expect(dns.derive(model(`${TRAEFIK}${label}`))).toEqual({
    names: { "jellyfin.example.org": "192.168.1.100" },
    hosts: ["192.168.1.100 jellyfin.example.org"],
    dnsmasq: ["host-record=jellyfin.example.org,192.168.1.100"],
    unbound: ['local-data: "jellyfin.example.org. A 192.168.1.100"'],
  });
});
