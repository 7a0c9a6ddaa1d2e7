import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nfsInput } from "../../model/settings/nfs.js";
import type { ShareModel } from "../../model/shares/types.js";
import { smbInput } from "../../model/settings/smb.js";
import { fillIn } from "../../model/text.js";
import { inputText } from "../../model/settings/setting.js";
import type { SettingInput } from "../../model/settings/setting.js";
import { driftIn, lab } from "./homelab.js";

// The adapters for OpenMediaVault, which cannot run in a container, against a recorder of its RPC: what they ask for is
// documented, asked for once, and never touches what is the owner's.

jest.setTimeout(600_000);
const HOST = "pi4-ci";
const HELPER = "/usr/local/sbin/homelab-helper";
const ROOT = "/srv/disk/nas";
const read = (file: string): string => readFileSync(join(__dirname, "omv", file), "utf8");

const textOf = (input: SettingInput): string => fillIn(inputText(input), () => "");
const share = (name: string, writes: boolean): ShareModel => ({
  name,
  clients: [{ name: "box", address: "192.168.1.102", writes }],
  write: ["anna"],
  read: ["ben"],
});
const SHARES = [share("movies", false), share("tv", true)];

async function done(script: string, input = ""): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.root(HOST, ["sh", "-ec", script], { input });
  expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  return stdout.trim();
}
/** Applies a setting; answers with what OpenMediaVault was asked to change meanwhile, by method. */
async function apply(name: string, input: SettingInput): Promise<string[]> {
  await done(`: >/var/log/fake-omv.log; ${HELPER} apply ${name}`, textOf(input));
  return changes();
}
async function changes(): Promise<string[]> {
  const log = await done("cat /var/log/fake-omv.log");
  return log
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "")
    .filter((method) => !/\.(get|enumerate|isDirty)/.test(method));
}
const state = async (filter: string): Promise<unknown> =>
  JSON.parse(await done(`jq -c '${filter}' /var/lib/fake-omv.json`));
async function driftOf(name: string): Promise<readonly string[]> {
  return driftIn(await done(`${HELPER} probe`), name);
}
const refusal = async (name: string, input: SettingInput): Promise<string> =>
  (await lab.root(HOST, [HELPER, "apply", name], { input: textOf(input) })).stderr;

beforeAll(async () => {
  await lab.assertUp();
  await lab.freshHosts([HOST]);
  await done("cat >/usr/local/sbin/omv-rpc; chmod 755 /usr/local/sbin/omv-rpc; mkdir -p /srv/disk", read("omv-rpc"));
  await done("cat >/var/lib/fake-omv.json", read("state.json"));
});

describe("NFS", () => {
  const input = nfsInput("omv", ROOT, SHARES);

  test("makes a folder for each share and an export for each client, once", async () => {
    expect(await apply("nfs", input)).toEqual([
      "NFS.setSettings",
      "ShareMgmt.set",
      "ShareMgmt.set",
      "NFS.setShare",
      "NFS.setShare",
      "Config.applyChanges",
    ]);
    expect(await state("[.folders[1:][] | [.name, .reldirpath, .mntentref[-1:]]]")).toEqual([
      ["movies", "nas/movies/", "2"],
      ["tv", "nas/tv/", "2"],
    ]);
    expect(await state(".nfs | [.versions, [.shares[1:][] | [.client, .options, .extraoptions]]]")).toEqual([
      ["3", "4.2"],
      [
        ["192.168.1.102", "ro", "sync,no_subtree_check,root_squash"],
        ["192.168.1.102", "rw", "sync,no_subtree_check,all_squash,anonuid=1000,anongid=1000"],
      ],
    ]);
    expect(await done(`stat -c '%u:%g %a' ${ROOT}/movies`)).toBe("1000:1000 2775");
    expect(await apply("nfs", input)).toEqual([]);
    expect(await driftOf("nfs")).toEqual([]);
  });

  test("says and heals what was changed in its pages", async () => {
    await done(`jq '.nfs.shares[1].options = "rw"' /var/lib/fake-omv.json >/tmp/x; mv /tmp/x /var/lib/fake-omv.json`);
    expect(await driftOf("nfs")).toEqual([
      expect.stringMatching(/^changed: exports: "movies 192.168.1.102 rw .*" instead of/),
    ]);
    expect(await apply("nfs", input)).toEqual(["NFS.setShare", "NFS.deleteShare", "Config.applyChanges"]);
    expect(await driftOf("nfs")).toEqual([]);
  });

  test("touches nothing while changes of the owner's wait", async () => {
    await done(`jq '.dirty = ["ssh"]' /var/lib/fake-omv.json >/tmp/x; mv /tmp/x /var/lib/fake-omv.json`);
    expect(await refusal("nfs", nfsInput("omv", ROOT, []))).toContain("OpenMediaVault has pending changes");
    await done(`jq '.dirty = []' /var/lib/fake-omv.json >/tmp/x; mv /tmp/x /var/lib/fake-omv.json`);
  });

  test("removes its own exports only, and no folder", async () => {
    await done(`${HELPER} remove nfs`);
    expect(await state("[[.nfs.shares[].comment], [.folders[].name]]")).toEqual([["mine"], ["photos", "movies", "tv"]]);
  });
});

describe("SMB", () => {
  const input = smbInput("omv", ROOT, SHARES);

  test("makes accounts, privileges and shares, once; passwords are no arguments", async () => {
    const asked = await apply("smb", input);
    expect(asked).toEqual(
      expect.arrayContaining(["UserMgmt.setUser", "SMB.setSettings", "ShareMgmt.setPrivileges", "SMB.setShare"]),
    );
    expect(asked.at(-1)).toBe("Config.applyChanges");
    expect(await state(".smb | [.enable, .extraoptions, [.shares[] | [.guest, .readonly, .extraoptions]]]")).toEqual([
      true,
      "server min protocol = SMB3_00",
      [
        ["no", false, "force user = pi"],
        ["no", false, "force user = pi"],
      ],
    ]);
    expect(await apply("smb", input)).toEqual([]);
    await done(`${HELPER} apply smb-users`, '{"users":{"anna":"hush-hush","ben":"psst"}}');
    expect(await done("grep -c hush-hush /var/log/fake-omv.log || true")).toBe("0");
    expect(await done("pdbedit -L | cut -d: -f1 | sort")).toBe("anna\nben");
    expect([...(await driftOf("smb")), ...(await driftOf("smb-users"))]).toEqual([]);
  });

  test("says who may use a share that should not", async () => {
    await done(
      `jq '.folders[1].privileges += [{type: "user", name: "eve", perms: 7}]' /var/lib/fake-omv.json >/tmp/x; mv /tmp/x /var/lib/fake-omv.json`,
    );
    expect(await driftOf("smb")).toEqual(["changed: movies: its users are not the declared ones"]);
    await apply("smb", input);
    expect(await driftOf("smb")).toEqual([]);
  });

  test("removes its shares and people", async () => {
    await done(`${HELPER} remove smb-users; ${HELPER} remove smb`);
    expect(await state("[(.smb.shares | length), [.folders[].name]]")).toEqual([0, ["photos", "movies", "tv"]]);
    await done("! getent passwd anna");
  });
});

describe("firewall", () => {
  const rule = (port: string, source: string, more: object = {}): object => ({
    family: "inet",
    interface: "",
    source,
    port,
    protocol: "tcp",
    comment: "ssh",
    ...more,
  });
  /** Runs functions of the adapter as the setting would. */
  const adapter = (rules: object[], calls: string): Promise<string> =>
    done(
      `LIB=/usr/local/lib/homelab STATE=/var/lib/homelab WORK=$(mktemp -d) INPUT=$WORK/input APPLIED=$WORK/input
       cat >$INPUT; for file in common files drift; do . $LIB/lib/$file.sh; done; . $LIB/omv/rpc.sh; . $LIB/omv/firewall.sh
       ${calls}`,
      JSON.stringify({ omv: { rules } }),
    );
  const RULES = [rule("22", "192.168.1.0/24"), rule("22", "", { interface: "tailscale0", family: "inet6" })];

  test("lets in what is listed between what always holds and the end; former rules can come back", async () => {
    expect(
      await adapter(RULES, "omv_firewall_check; omv_firewall_remember; omv_firewall_apply; omv_firewall_drift"),
    ).toBe("");
    expect(await state("[.rules.inet[] | [.action, .source, .dport, .extraoptions, .protocol]]")).toEqual([
      ["ACCEPT", "", "", "-i lo", "all"],
      ["ACCEPT", "", "", "-m conntrack --ctstate RELATED,ESTABLISHED", "all"],
      ["ACCEPT", "", "", "", "icmp"],
      ["ACCEPT", "192.168.1.0/24", "22", "", "tcp"],
      ["DROP", "", "", "", "all"],
    ]);
    expect(await state("[.rules.inet6[3:][] | [.action, .dport, .extraoptions]]")).toEqual([
      ["ACCEPT", "22", "-i tailscale0"],
      ["DROP", "", ""],
    ]);
    await adapter(RULES, "omv_firewall_restore");
    expect(await state(".rules")).toEqual({ inet: [], inet6: [] });
  });

  test("never without SSH", async () => {
    expect(await adapter([rule("80", "")], "(omv_firewall_check) 2>&1 || true")).toContain(
      "would block SSH, which listens on 22",
    );
  });
});
