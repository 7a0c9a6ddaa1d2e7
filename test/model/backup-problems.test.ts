import { CONFIG, model, problemsOf } from "./declare.js";

// What is wrong with homelab:backups, and what the owner is told to write instead.

const PASSWORD = "  homelab:secrets: {backupPassword: {secure: v1:x}, AWS_KEY: {secure: v1:x}}\n";
const WEB = "services:\n  web:\n    image: nginx:1.29\n";

const SHORT = "  homelab:backups: ";
test.each<[what: string, config: string, told: string]>([
  [
    "no password",
    `${SHORT}{}\n`,
    "6 config.homelab:backups: the secret backupPassword is not set -> let it be made: npm run secrets -- --stack test",
  ],
  [
    "no login",
    `${SHORT}{environment: {AWS_ACCESS_KEY_ID: "\${NONE}"}}\n${PASSWORD}`,
    "6 config.homelab:backups.environment.AWS_ACCESS_KEY_ID: the secret NONE is not set -> get AWS_ACCESS_KEY_ID from where the copies go; then set it: npx pulumi config set --stack test --secret --path homelab:secrets.NONE",
  ],
  [
    "a login in plain text",
    `${SHORT}{environment: {AWS_ACCESS_KEY_ID: canary}}\n${PASSWORD}`,
    '6 config.homelab:backups.environment.AWS_ACCESS_KEY_ID: is a secret, which only homelab:secrets may have -> write "${BACKUPS_ENVIRONMENT_AWS_ACCESS_KEY_ID}" here, and set that: npx pulumi config set --secret --path homelab:secrets.BACKUPS_ENVIRONMENT_AWS_ACCESS_KEY_ID',
  ],
  [
    "a variable of the system",
    `${SHORT}{environment: {LD_PRELOAD: "\${AWS_KEY}"}}\n${PASSWORD}`,
    "6 config.homelab:backups.environment.LD_PRELOAD: is not a variable by which restic logs in somewhere -> write one of AWS_…, B2_…, AZURE_…, GOOGLE_…, OS_…, ST_…, RCLONE_CONFIG_…, RESTIC_REST_USERNAME and RESTIC_REST_PASSWORD",
  ],
  [
    "a password in the address",
    `${SHORT}{to: "rest:https://anna:canary@nas:8000/"}\n${PASSWORD}`,
    '6 config.homelab:backups.to: has a password in it, which only homelab:secrets may have -> leave out the login, and write environment: {RESTIC_REST_USERNAME: "${NAME}", RESTIC_REST_PASSWORD: "${NAME}"}',
  ],
  [
    "a bad time",
    `${SHORT}{at: 3 am}\n${PASSWORD}`,
    '6 config.homelab:backups.at: is not a time -> write it as "04:30"',
  ],
  [
    "another period",
    `${SHORT}{drill: weakly}\n${PASSWORD}`,
    "6 config.homelab:backups.drill: must be daily, weekly or monthly -> write weekly",
  ],
  [
    "nothing to keep",
    `${SHORT}{keep: {daily: 0}}\n${PASSWORD}`,
    "6 config.homelab:backups.keep.daily: must be at least 1",
  ],
  ...["copies", "/var/lib/docker/volumes/x", "/var/lib/homelab-data/x", "/srv/../etc", "ftp://nas/x"].map(
    (to): [string, string, string] => [
      `to: ${to}`,
      `${SHORT}{to: "${to}"}\n${PASSWORD}`,
      "6 config.homelab:backups.to: is neither a folder for copies nor a repository of restic -> write an absolute path below /srv, /mnt, /media, /data or /export, or write sftp:USER@HOST:/PATH, rest:https://HOST/PATH, s3:https://HOST/BUCKET or rclone:REMOTE:PATH",
    ],
  ),
  [
    "where all shares are mounted",
    `${SHORT}{to: /mnt/media}\n${PASSWORD}`,
    "6 config.homelab:backups.to: /mnt/media is where hosts mount the shares -> write /mnt/media/backups/restic, or write to: with a folder of each host's own disks, or a repository of restic",
  ],
  [
    "a share that is not there",
    `${SHORT}{to: /mnt/media/backup/x}\n${PASSWORD}`,
    '6 config.homelab:backups.to: pi5 has no share "backup" -> write /mnt/media/backups/x',
  ],
  [
    "no share for copies",
    `${SHORT}{}\n${PASSWORD}  homelab:nas: {shares: {tv: {}}}\n`,
    '6 config.homelab:backups: pi5 has no share "backups" -> add backups: {} under homelab:nas.shares, or write to: with a folder of each host\'s own disks, or a repository of restic',
  ],
  [
    "copies among the data, by the share's own folder",
    `${SHORT}{to: /srv/nas/tv/x}\n${PASSWORD}`,
    "6 config.homelab:backups.to: the copies would lie in the share tv, which is to be copied itself -> write /mnt/media/backups/restic, or give tv a no-backup: WHY under homelab:nas.shares",
  ],
  [
    "the folder of all shares",
    `${SHORT}{to: /srv/nas}\n${PASSWORD}`,
    "6 config.homelab:backups.to: is where the folders of the shares are -> write /mnt/media/backups/restic, or a folder that has no shares below it",
  ],
  [
    "a folder above that",
    `${SHORT}{to: /srv}\n${PASSWORD}`,
    "6 config.homelab:backups.to: is where the folders of the shares are -> write /mnt/media/backups/restic, or a folder that has no shares below it",
  ],
  [
    "a variable that has a program run",
    `${SHORT}{environment: {RCLONE_CONFIG_BOX_SSH: "\${AWS_KEY}"}}\n${PASSWORD}`,
    "6 config.homelab:backups.environment.RCLONE_CONFIG_BOX_SSH: is not a variable by which restic logs in somewhere -> write one of AWS_…, B2_…, AZURE_…, GOOGLE_…, OS_…, ST_…, RCLONE_CONFIG_…, RESTIC_REST_USERNAME and RESTIC_REST_PASSWORD",
  ],
  [
    "no reason",
    `  homelab:nas: {shares: {tv: {no-backup: true}, backups: {}}}\n`,
    '6 config.homelab:nas.shares.tv.no-backup: must say why -> write it in words, as in no-backup: "it can be downloaded again"',
  ],
])("a mistake is told with what to write: %s", (_, config, told) => {
  const said = problemsOf(() => model(WEB, CONFIG + config));
  expect(said).toEqual([`Pulumi.test.yaml:${told}`]);
  expect(said.join()).not.toContain("canary");
});

test("without a NAS the owner says where the copies go; a folder below /mnt/media is the host's own", () => {
  const config = (to: string): string =>
    CONFIG.replace(", role: nas", ", services: [my/media.yaml]") + SHORT + to + PASSWORD;
  const files = { "my/media.yaml": WEB.replace("    image", "    volumes: [./x:/x]\n    image") };
  expect(problemsOf(() => model(WEB, config("{}\n"), files))).toEqual([
    "Pulumi.test.yaml:6 config.homelab:backups: no host has the role nas, whose share backups takes the copies where nothing else is said -> write to: with a folder of each host's own disks, or a repository of restic",
  ]);
  const [pi5] = model(WEB, config("{to: /mnt/media/x}\n"), files).hosts;
  expect(pi5?.backups?.repository).toEqual({ kind: "folder", path: "/mnt/media/x/pi5" });
});

test.each([
  [
    "backup: running, no-backup: a cache",
    "x-homelab: backup: and no-backup: exclude each other -> remove one of the two",
  ],
  ["backup: paused", "x-homelab.backup: must be stop or running"],
  [
    "no-backup: ",
    'x-homelab.no-backup: must say why -> write it in words, as in no-backup: "it can be downloaded again"',
  ],
  [
    "no-backup: ' '",
    'x-homelab.no-backup: must say why -> write it in words, as in no-backup: "it can be downloaded again"',
  ],
])("x-homelab: {%s} is refused", (keys, told) => {
  expect(problemsOf(() => model(`${WEB}    x-homelab: {${keys}}\n`))).toEqual([
    `stacks/nas/compose.yaml:4 services.web.${told}`,
  ]);
});

test.each([
  ["{driver: rclone, x-stateful: true}", 1],
  ["{driver_opts: {type: none, o: bind, device: /srv/x}, x-stateful: true}", 1],
  ["{driver: local, x-stateful: true}", 0],
  ["{driver: rclone}", 0],
])("a volume whose data are elsewhere cannot be copied: %s", (definition, problems) => {
  const compose = `${WEB}    volumes: [data:/d]\nvolumes: {data: ${definition}}\n`;
  const left = compose.replace("    volumes", "    x-homelab: {no-backup: copied there}\n    volumes");
  const said = (text: string): string[] => problemsOf(() => model(text, `${CONFIG}${SHORT}{}\n${PASSWORD}`));
  expect([said(compose).length, said(left).length]).toEqual([problems, 0]);
});

test("a folder whose name is a pattern to restic is refused, unless it is left out", () => {
  const compose = `${WEB}    volumes: ["./a[1]:/a"]\n`;
  const said = (text: string): string[] => problemsOf(() => model(text, `${CONFIG}${SHORT}{}\n${PASSWORD}`));
  expect(said(compose)).toEqual([
    "stacks/nas/compose.yaml:4 services.web.volumes[0]: homelab:backups cannot copy a folder with any of * ? [ ] \\ in its path -> choose another name, or write x-homelab: {no-backup: WHY}",
  ]);
  expect(said(`${compose}    x-homelab: {no-backup: tries}\n`)).toEqual([]);
  expect(problemsOf(() => model(compose))).toEqual([]);
});
