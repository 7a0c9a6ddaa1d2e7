import { model } from "./declare.js";

const web = (more: string): string => `services:\n  web:\n    image: nginx:1.29\n${more}`;
const DATA = "volumes: {data: {x-stateful: true}}\n";

// A newer version may have changed what the service has written for good.
test.each<[string, boolean, string]>([
  ["without data", true, ""],
  ["with data that go with it", true, "    volumes: [data:/data]\nvolumes: {data: }\n"],
  ["with data that outlive it", false, `    volumes: [data:/data]\n${DATA}`],
  ["which it only reads", true, `    volumes: [data:/data:ro]\n${DATA}`],
  ["with a directory of its project", false, "    volumes: [./data:/data]\n"],
  ["with a share, whose files are other services' too", true, "    volumes: [/mnt/media/movies:/movies]\n"],
  ["whose former version can read them", true, `    x-homelab: {rollback: true}\n    volumes: [data:/data]\n${DATA}`],
  ["that says no", false, "    x-homelab: {rollback: false}\n"],
])("is a service rolled back %s: %s", (_, expected, more) => {
  const { hosts } = model(web(more));
  expect(hosts[0]?.services.map(({ rollsBack }) => rollsBack)).toEqual([expected]);
});
