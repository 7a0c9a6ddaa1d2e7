import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeHost } from "./fake-host.js";
import { awk, inspected, lines, probe } from "./filters.js";

// What the probe makes of Docker's half-states and of tables that nft(8) made, on captured input.

test.each<[string, string, object, unknown]>([
  ["runs here", "amd64", {}, null],
  ["was built for another architecture", "arm64", {}, "arm64"],
  ["was built for a newer processor of the same", "arm", { variant: "v7", machine: "armv6l", engine: "arm" }, "arm/v7"],
  ["was built for this processor", "arm", { variant: "v6", machine: "armv6l", engine: "arm" }, null],
])("an image that %s", (_, Architecture, { variant = "", machine = "x86_64", engine = "amd64" }: Machine, builtFor) => {
  const architectures = [machine, { Arch: engine }, { Id: "sha256:01", Architecture, Variant: variant }];
  const container = { ...(inspected("c0ffee", 64) as object), Image: "sha256:01" };
  const reading = probe({
    inspected: JSON.stringify(container),
    architectures: lines(...architectures.map((it) => JSON.stringify(it))),
  });
  expect(reading).toMatchObject({ report: { containers: [{ builtFor }] } });
});
interface Machine {
  readonly variant?: string;
  readonly machine?: string;
  readonly engine?: string;
}

test("what a container has mounted that was replaced since, of the container alone", () => {
  const container = (Pid: number): string =>
    JSON.stringify({ ...(inspected("c0ffee", 64) as object), State: { Status: "running", ExitCode: 0, Pid } });
  const stale_binds = lines("socket 12 /run/docker.sock", "file 112 /etc/with a blank");
  expect(
    probe({ inspected: [12, 112, 0].map(container).join("\n"), stale_binds, caller: "192.168.1.9\n" }),
  ).toMatchObject({
    report: {
      caller: "192.168.1.9",
      containers: [
        { stale: [{ kind: "socket", path: "/run/docker.sock" }] },
        { stale: [{ kind: "file", path: "/etc/with a blank" }] },
        { stale: [] },
      ],
    },
  });
});

test("a container that was started by a clock that was set back since runs for nobody knows how long", () => {
  const started = (ms: number): string =>
    JSON.stringify({
      ...(inspected("c0ffee", 64) as object),
      State: { Status: "running", ExitCode: 0, Running: true, StartedAt: new Date(Date.now() + ms).toISOString() },
    });
  const seen = probe({ inspected: lines(started(86_400_000), started(-60_500)) });
  expect(seen).toMatchObject({
    report: { containers: [{ upSeconds: null }, { upSeconds: expect.any(Number) as number }] },
  });
});

test.each([
  ["2026-11-30T09:00:00.123456789Z", 1_796_029_200.123_456],
  ["2026-11-30T09:00:00.5Z", 1_796_029_200.5],
  ["2026-11-30T09:00:00Z", 1_796_029_200],
])("a container that was started at %s", (StartedAt, seconds) => {
  const State = { Status: "running", ExitCode: 0, Running: true, StartedAt };
  expect(probe({ inspected: JSON.stringify({ ...(inspected("c0ffee", 64) as object), State }) })).toMatchObject({
    report: { containers: [{ startedAt: expect.closeTo(seconds, 5) as number }] },
  });
});

test("what the kernel marks as deleted in a container's mounts", () => {
  const root = mkdtempSync(join(tmpdir(), "mounts-"));
  const mount = (from: string, at: string): string => `99 98 0:22 ${from} ${at} rw,nosuid - tmpfs tmpfs rw`;
  for (const [pid, ...mounts] of [
    ["7", mount("/", "/"), mount("/docker.sock//deleted", "/run/docker.sock"), mount("/a//deleted", "/x\\040y")],
    ["8", mount("/", "/"), mount("/deleted", "/deleted")],
  ] as const) {
    mkdirSync(join(root, "proc", pid), { recursive: true });
    writeFileSync(join(root, "proc", pid, "mountinfo"), lines(...mounts));
  }
  const input = lines('{"Id":"a","State":{"Pid":7,"Pid":0}}{"State":{"Pid":8}}', '{"Name":"\\"Pid\\":9","Pid":404}');
  expect(awk("stale-binds.awk", input, "-v", `root=${root}`)).toEqual(["7 /run/docker.sock", "7 /x\\040y"]);
  rmSync(root, { recursive: true });
});

/** As nft(8) prints tables. */
const NFT = `table inet mine {
	set bad {
		type ipv4_addr
		elements = { 10.0.0.1, 10.0.0.2 }
	}
	chain input {
		type filter hook input priority -10; policy accept;
		tcp dport { 80, 443 } counter packets 0 bytes 0 accept comment "no drop here"
		ip saddr @bad jump shut
	}
	chain shut {
		meta l4proto vmap { tcp : drop, udp : goto input }
	}
	chain unused {
		reject
	}
}
table ip counting {
	chain forward {
		type filter hook forward priority 0; policy accept;
		counter packets 3 bytes 180
	}
	chain post {
		type nat hook postrouting priority 100; policy drop;
		masquerade
	}
}
table netdev early {
	chain in {
		type filter hook ingress device "eth0" priority -500; policy drop;
	}
}
table inet owners {
	comment "keep"
	chain input {
		type filter hook input priority 0; policy drop;
	}
}
table inet half {
	chain input {
		comment "keep"
		type filter hook input priority 0; policy drop;
	}
	chain pre {
		type nat hook prerouting priority -100; policy accept;
		tcp dport 81 redirect to :80
	}
}
table inet f2b-table {
	chain f2b-chain {
		type filter hook input priority -1; policy accept;
		tcp dport 22 ip saddr @addr-set-sshd reject with icmp port-unreachable
	}
}
`;
test("of a table of iptables' own only what is not in its chains", () => {
  const chain = (name: string, priority: number): string =>
    `\tchain ${name} {\n\t\ttype filter hook input priority ${priority}; policy drop;\n\t}\n`;
  const table = `table ip filter {\n${chain("INPUT", 0)}${chain("mine", -10)}}\n`;
  expect(awk("foreign-tables.awk", table, "-v", "own=^table ip6? filter$")).toEqual(["ip filter\tinput at -10 drop"]);
});

test("of foreign tables the verdicts at each hook are told, through chains that a chain leads to", () => {
  expect(awk("foreign-tables.awk", NFT)).toEqual([
    "inet mine\tinput at -10 accept drop",
    "netdev early\tingress at -500 drop",
    "inet half\tprerouting at -100 redirect",
  ]);
});

test("what hands out NVIDIA's GPUs is found where Docker looks for it", async () => {
  const host = new FakeHost();
  const script = join(host.root, "look.sh");
  host.write("look.sh", '. "$LIB/lib/containers.sh"\nnvidia_toolkit\n');
  const looked = async (): Promise<string[]> => (await host.run(script)).stdout.split("\n").filter((it) => it !== "");
  expect(await looked()).toEqual([]);
  host.write("etc/docker/daemon.json", '{"runtimes": {"nvidia": {"path": "nvidia-container-runtime"}}}');
  expect(await looked()).toEqual(["runtime"]);
  host.write("usr/bin/nvidia-container-runtime-hook", "");
  expect(await looked()).toEqual(["runtime"]);
  chmodSync(join(host.root, "usr/bin/nvidia-container-runtime-hook"), 0o755);
  expect(await looked()).toEqual(["hook", "runtime"]);
  host.remove();
});
