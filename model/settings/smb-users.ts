import { smbSecret } from "../config/nas.js";
import { secret } from "../text.js";
import type { Setting } from "./setting.js";

/** Everyone who may use a share over SMB, with a password. */
export const smbUsers: Setting = {
  name: "smb-users",
  files: [],
  watched: {
    healed: ["who has a password for Samba, and that it is the declared one"],
  },
  input: ({ shares: { offer } }) =>
    offer === undefined || offer.people.length === 0
      ? undefined
      : { users: Object.fromEntries(offer.people.map((person) => [person, secret(smbSecret(person))])) },
};
