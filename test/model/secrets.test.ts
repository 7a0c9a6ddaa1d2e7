import { fillIn } from "../../model/text.js";
import type { Text } from "../../model/text.js";
import { CONFIG, model, onlyHost, problemsOf } from "./declare.js";

// Where secrets may be, and what the owner is told elsewhere.

const FILE = "stacks/nas/compose.yaml";
const config = (line: string): string => `${CONFIG}  ${line}\n`;
/** A service with more lines, which begin on line 4. */
const web = (line: string): string => `services:\n  web:\n    image: nginx:1.29\n    ${line}\n`;

describe("secrets", () => {
  const withSecret = config("homelab:secrets: {TOKEN: {secure: v1:x}}");
  const asFile = `${web("secrets: [token]")}secrets:\n  token: {environment: TOKEN}\n`;

  test("stand in environment values, in files and in contents", () => {
    expect(problemsOf(() => model(web("environment: {A: 'x${TOKEN}'}"), withSecret))).toEqual([]);
    expect(problemsOf(() => model(asFile, withSecret))).toEqual([]);
  });

  test("in commands, health checks and options of volumes are words of their own, and needed", () => {
    const compose = `${web('command: run --token "${TOKEN} x" b')}    healthcheck: {test: [CMD, check, "\${TOKEN}"]}\n    volumes: ["smb:/smb"]\nvolumes: {smb: {driver_opts: {type: cifs, o: "password=\${TOKEN}"}}}\n`;
    const { services, volumes } = onlyHost(model(compose, withSecret));
    const filled = (texts: readonly Text[] = []): string[] => texts.map((it) => fillIn(it, (name) => `<${name}>`));
    expect(filled(services[0]?.definition.command)).toEqual(["run", "--token", "<TOKEN> x", "b"]);
    expect(filled(services[0]?.definition.healthcheck?.test)).toEqual(["CMD", "check", "<TOKEN>"]);
    expect(filled(Object.values(volumes[0]?.driver_opts ?? {}))).toEqual(["cifs", "password=<TOKEN>"]);
  });

  test.each([
    ["a mapping", "labels: {a: 'x${TOKEN}', b: c}"],
    ["a list", "labels: ['a=x${TOKEN}', b=c]"],
  ])("in labels of %s are needed, and their values alone", (_, line) => {
    const [service] = onlyHost(model(web(line), withSecret)).services;
    const labels = Object.entries(service?.definition.labels ?? {});
    expect(labels.map(([key, value]) => [key, fillIn(value, (name) => `<${name}>`)])).toEqual([
      ["a", "x<TOKEN>"],
      ["b", "c"],
    ]);
    expect(problemsOf(() => model(web(line)))).toEqual([expect.stringContaining("nothing provides ${TOKEN}")]);
  });

  test("are neither in the name of a label nor in that of a route", () => {
    const nameless = web("labels: ['${TOKEN}=x']");
    expect(problemsOf(() => model(nameless, withSecret))).toEqual([
      `${FILE}:4 services.web.labels[0]: has a secret in its name -> write NAME=VALUE, with the secret in VALUE`,
    ]);
    const route = web("labels: {traefik.http.routers.web.rule: 'Host(`${TOKEN}`)'}");
    expect(problemsOf(() => model(route, withSecret))).toEqual([
      `${FILE}:4 services.web.labels.traefik.http.routers.web.rule: is a route with a secret in it -> write the host's name there`,
    ]);
  });

  test("may not stand anywhere else, whether or not they are set", () => {
    const hint =
      "put it into an environment value, or into a file by the top-level secrets: or configs.NAME.content, or " +
      "if everybody may see it, set it as a value, in plain text: npx pulumi config set --stack test --path homelab:values.TOKEN VALUE";
    const said = [`${FILE}:4 services.web.hostname: the secret TOKEN is not allowed here -> ${hint}`];
    const hostname = web("hostname: '${TOKEN}'");
    expect(problemsOf(() => model(hostname, withSecret))).toEqual(said);
    expect(problemsOf(() => model(`${hostname}x-secrets: {TOKEN: {generate: 20}}\n`))).toEqual(said);
  });

  test("that are missing are named with the command that sets them", () => {
    expect(problemsOf(() => model(asFile))).toEqual([
      `${FILE}:6 secrets.token.environment: the secret TOKEN is not set -> run npx pulumi config set --stack test --secret --path homelab:secrets.TOKEN`,
    ]);
  });

  test("of a service that is off are not needed", () => {
    const off = asFile.replace(
      "secrets: [token]",
      "secrets: [token]\n    profiles: [extra]\n    environment: {A: '${OTHER}'}",
    );
    expect(problemsOf(() => model(off, config("homelab:services: {web: false}")))).toEqual([]);
    expect(problemsOf(() => model(off, config("homelab:services: {web: true}")))).toHaveLength(2);
  });
});
