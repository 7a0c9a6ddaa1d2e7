#!/bin/bash
# Sees to it that Node is new enough and node_modules is what package-lock.json says. Sourced from the project's directory.
wanted=20.19
have=$(node --version)
if [ "$(printf '%s\n' "$wanted" "${have#v}" | sort -V | head -n 1)" != "$wanted" ]; then
  echo "Node $wanted or later is needed, this is $have" >&2
  exit 1
fi
why=
if [ ! -e node_modules/.package-lock.json ]; then
  why="node_modules is not there"
elif [ package-lock.json -nt node_modules/.package-lock.json ]; then
  why="package-lock.json is newer than node_modules"
fi
if [ -n "$why" ] && [ -L node_modules ]; then
  echo "$why, and node_modules is a link: run npm ci where it leads to" >&2 # npm would empty the folder behind it
  exit 1
fi
if [ -n "$why" ]; then
  echo "$why: npm ci"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  touch node_modules/.package-lock.json # npm keeps the time that it has in the cache of an earlier install
fi
