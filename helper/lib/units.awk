# Turns the output of `systemctl show` for the units in the file `names` into facts: see units.sh.
BEGIN {
  while ((getline name < names) > 0) unit[++count] = name
  RS = ""
  FS = "\n"
}
{
  split("", is)
  for (i = 1; i <= NF; i++) is[substr($i, 1, index($i, "=") - 1)] = substr($i, index($i, "=") + 1)
  if (is["LoadState"] != "not-found") print unit[NR] " exists"
  if (is["ActiveState"] ~ /^(active|reloading|refreshing)$/) print unit[NR] " active"
  if (is["UnitFileState"] ~ /^(enabled|enabled-runtime|static|alias|indirect|generated)$/) print unit[NR] " enabled"
  else if (is["UnitFileState"] != "") print unit[NR] " " is["UnitFileState"]
  paths = split(is["DropInPaths"], path, " ")
  for (i = 1; i <= paths; i++) if (path[i] ~ /^\/(etc|run)\// && index(path[i], "/" unit[NR] ".d/")) print unit[NR] " drop-in " path[i]
}
