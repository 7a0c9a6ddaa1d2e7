# shellcheck shell=bash disable=SC2154 # the first line, with $homelab_program, is printed before this file
# Makes `homelab` a command of the shell, and completes commands, services and hosts after it. Zsh reads it, too, by its
# bashcompinit.
homelab() { node "$homelab_program" "$@"; }

_homelab() {
  local words word
  words=$(homelab completion words "${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}" 2>/dev/null)
  COMPREPLY=()
  while read -r word; do
    COMPREPLY+=("$word")
  done < <(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}")
}

complete -F _homelab homelab
