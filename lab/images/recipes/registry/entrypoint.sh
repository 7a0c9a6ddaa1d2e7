#!/bin/sh
# As the official image's: a configuration file or a subcommand of registry, else a program.
set -e
case "$1" in
  *.yaml | *.yml) set -- registry serve "$@" ;;
  serve | garbage-collect | help | -*) set -- registry "$@" ;;
esac
exec "$@"
