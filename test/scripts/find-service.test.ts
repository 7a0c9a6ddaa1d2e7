import { UserError } from "../../scripts/lib/command.js";
import { findService, placeOf } from "../../scripts/lib/find-service.js";
import { twoHosts } from "./homelab.js";

const found = (written: string): string => placeOf(findService(twoHosts(), written));

test.each([
  ["homepage", "pi5/homepage"],
  ["player", "jellyfin/player"],
  ["pi5/watchtower", "pi5/watchtower"],
])("%s is %s", (written, place) => {
  expect(found(written)).toBe(place);
});

test.each([
  ["homepag", 'There is no service "homepag": write "homepage"'],
  ["x", 'There is no service "x": known here: homepage, watchtower, job, traefik, player, finder'],
  ["watchtower", 'Several hosts have a service "watchtower". Write one of: pi5/watchtower, jellyfin/watchtower'],
  ["jelyfin/player", 'There is no host "jelyfin": write "jellyfin"'],
  ["pi5/playr", 'pi5 has no service "playr": known here: homepage, watchtower, job'],
  ["jellyfin/playr", 'jellyfin has no service "playr": write "player"'],
])("%s is refused", (written, message) => {
  expect(() => found(written)).toThrow(new UserError(message));
});
