# shellcheck shell=bash # no zsh in it that is not bash, too
if ! whence compdef >/dev/null; then
  autoload -U compinit && compinit
fi
autoload -U bashcompinit && bashcompinit
