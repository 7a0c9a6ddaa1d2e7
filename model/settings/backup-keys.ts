import { BACKUP_PASSWORD } from "../config/backups.js";
import { secret } from "../text.js";
import type { Setting } from "./setting.js";

/** What opens the copies of a host, and what it logs in with where they go. */
export const backupKeys: Setting = {
  name: "backup-keys",
  files: [],
  watched: {
    healed: ["the password of the copies and what restic logs in with: content, owner and mode of their files"],
  },
  input: ({ backups, config }) =>
    backups === undefined
      ? undefined
      : {
          password: secret(BACKUP_PASSWORD),
          environment: Object.fromEntries(
            Object.entries(config.backups?.environment ?? {}).map(([variable, name]) => [variable, secret(name)]),
          ),
        },
};
