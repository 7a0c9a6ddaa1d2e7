# What is wrong with the setting, or nothing.
def name: type == "string" and test("^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$");
def list(f): type == "array" and all(.[]; f);
def up: test("/\\.\\.?(/|$)");
def path: type == "string" and test("^(/[^/\\\\*?\\[\\]]+)+$") and (up | not);
def within($folder): . == $folder or startswith($folder + "/");
def system: test("^/(etc|usr|bin|sbin|lib[a-z0-9]*|boot|dev|proc|sys|run|root|tmp|var/lib/docker|var/lib/homelab)(/|$)");
def place: type == "string" and test("^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$") and (up | not) and (system | not);
def url: type == "string" and test("^((rest|s3|b2|azure|gs|swift|rclone):[A-Za-z0-9]|sftp:(//)?[A-Za-z0-9])[A-Za-z0-9._~:/@%+=-]*$") and
  (test("^[a-z0-9]+:(https?:)?(//)?[^/@]*:[^/@]*@") or test("@-") | not);
if (.repository | type == "object" and ((.kind == "folder" and (.path | place)) or (.kind == "remote" and (.url | url) and (has("mount") | not)))) | not then
  "repository must be a folder for data, or the URL of a repository of restic, without a password"
elif .repository | has("mount") and (.mount as $mount | ($mount | place) and (.path | within($mount)) | not) then
  "mount must be the folder of the repository, or one above it"
elif (.keep | type == "object" and (keys == ["daily", "monthly", "weekly"]) and
  all(.[]; type == "number" and . == floor and . >= 0 and . <= 1000) and any(.[]; . > 0)) | not then
  "keep must say how many copies of days, weeks and months, one at least"
elif (.drill | IN("daily", "weekly", "monthly")) | not then "drill must be daily, weekly or monthly"
elif (.sets | list(type == "object" and (.name | name) and (.kind | IN("service", "share")) and (.volumes | list(name)) and
  (.stop | list(name)) and (.folders | list(path and test("^/(srv|mnt|media|data|export|var/lib/homelab-data)/"))) and
  (.volumes + .folders | length > 0))) | not then
  "a set must have a name, a kind, volumes, folders of services or shares, and containers to stop"
elif .sets | map("\(.kind)/\(.name)") | length != (unique | length) then "a set is there twice"
elif (.repository.path // "/") as $path | any(.sets[].folders[]; . as $folder | $path | within($folder)) then
  "the repository lies in a folder that is copied into it"
else empty end
