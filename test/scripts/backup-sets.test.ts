import { findSet, findSets, placeOfSet } from "../../scripts/lib/backup-sets.js";
import { snapshotAt } from "../../scripts/restore/at.js";
import { BACKUP_FILES } from "./backup-files.js";
import { homelabOf } from "./homelab.js";

// What the user means by a name and by a time.

const homelab = homelabOf(BACKUP_FILES);

test.each<[written: string, places: string[]]>([
  ["pi5", ["pi5/service/wiki", "pi5/photos", "pi5/share/wiki"]],
  ["jellyfin", ["jellyfin/player"]],
  ["player", ["jellyfin/player"]],
  ["jellyfin/player", ["jellyfin/player"]],
  ["pi5/photos", ["pi5/photos"]],
  ["pi5/share/wiki", ["pi5/share/wiki"]],
])("%s is %j", (written, places) => {
  expect(findSets(homelab, written).map(placeOfSet)).toEqual(places);
});

test.each([
  ["wiki", '"wiki" is several things. Write one of: pi5/service/wiki, pi5/share/wiki'],
  ["pi5", '"pi5" is several things. Write one of: pi5/service/wiki, pi5/photos, pi5/share/wiki'],
  [
    "fotos",
    'Nothing that is copied is called "fotos": known here: pi5/service/wiki, pi5/photos, pi5/share/wiki, jellyfin/player',
  ],
  ["pi5/fotos", 'Nothing that is copied is called "pi5/fotos": write "pi5/photos"'],
  ["films", "Nothing is copied for films: they can be had again."],
  [
    "pi5/cache",
    "Nothing is copied for cache: it has neither a volume with x-stateful nor a folder of its project to itself.",
  ],
  [
    "viewer",
    "Nothing is copied for viewer: it has neither a volume with x-stateful nor a folder of its project to itself. What it shares is copied as jellyfin/player.",
  ],
])("%s is refused where one thing is meant", (written, told) => {
  expect(() => findSet(homelab, written)).toThrow(new Error(told));
});

const snapshot = (id: string, time: string) => ({ id, time: new Date(time), bytes: undefined });
const SNAPSHOTS = [snapshot("cccccccc11", "2026-11-30T03:00:10Z"), snapshot("bbbbbbbb22", "2026-11-29T03:00:10Z")];

test.each([
  ["latest", "cccccccc11"],
  ["2026-11-29T12:00Z", "bbbbbbbb22"],
  ["2026-11-29 23:00:00+02:00", "bbbbbbbb22"],
  ["2026-12-24", "cccccccc11"],
  ["2026-11-30T03:00:10Z", "cccccccc11"],
  ["bbbbbbbb", "bbbbbbbb22"],
])("--at %s is the copy %s", (at, id) => {
  expect(snapshotAt(at, SNAPSHOTS, "pi5/wiki").id).toBe(id);
});

test.each([
  [
    "2026-11-01",
    /^pi5\/wiki has no copy "2026-11-01"\. There are:\n {2}2026-11-30 .* {2}cccccccc\n {2}2026-11-29 .*bbb$/,
  ],
  ["aaaaaaaa", /has no copy "aaaaaaaa"/],
  ["yesterday", /^"yesterday" is no time: write it as in 2026-11-29 or 2026-11-29T14:00, or the ID of a copy\.$/],
  ["2026-13-41", /is no time/],
])("--at %s is refused", (at, told) => {
  expect(() => snapshotAt(at, SNAPSHOTS, "pi5/wiki")).toThrow(told);
  expect(() => snapshotAt(at, [], "pi5/wiki")).toThrow("There is no copy of pi5/wiki yet.");
});
