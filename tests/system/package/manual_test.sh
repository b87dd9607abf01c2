#!/bin/bash
# The manual pages, the completion and the default configuration match this program: they contain every command, option
# and key of the program. Usage: tests/system/package/manual_test.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/../../.."
program=$(realpath "$1")
lost=0
lose() { echo "$*" >&2; lost=1; }

page() { MANWIDTH=400 man --nj --nh -l "$1" 2>/dev/null | col -bx; }
commands_page=$(page packaging/man/marlin-agent.1)
keys_page=$(page packaging/man/marlin-agent.toml.5)
for file in packaging/man/*; do
  warnings=$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$file" 2>&1 >/dev/null || true)
  [ -z "$warnings" ] || lose "$file: $warnings"
done

mapfile -t commands < <("$program" --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z-]*\).*/\1/p')
[ "${#commands[@]}" -ge 8 ] || lose "only ${#commands[@]} commands are found in --help"
for command in "${commands[@]}"; do
  # From the command's heading to the next one: an option of another command does not count.
  section=$(awk -v c="$command" '/^   [a-z]/ {on = ($1 == c)} /^[A-Z]/ {on = 0} on' <<<"$commands_page")
  [ -n "$section" ] || lose "marlin-agent(1) has no section for $command"
  foreign=$("$program" "$command" --help | grep -E 'Excludes:|Needs:|:\{|REQUIRED' || true)
  [ -z "$foreign" ] || lose "the help of $command has words of the parser: $foreign"
  while read -r option; do
    # Common options are explained once.
    case $option in --help | --runtime-dir) section_or_page=$commands_page ;; *) section_or_page=$section ;; esac
    grep -qF -e "$option" <<<"$section_or_page" || lose "marlin-agent(1) does not name $option of $command"
  done < <("$program" "$command" --help | sed -n 's/^  \(-[a-z],\)\{0,1\}\(--[a-z.-]*\).*/\2/p')
done

# The keys that the configuration parser reads.
mapfile -t keys < <(cat agent/config/*.cpp | grep -oE '(read_[a-z]+|child)\("[a-z_]+"|^ *\{"[a-z_]+", &[A-Za-z:]*Settings' | grep -oE '"[a-z_]+"' | tr -d '"' | sort -u)
[ "${#keys[@]}" -ge 20 ] || lose "only ${#keys[@]} keys are found in the sources"
for key in "${keys[@]}"; do
  grep -qE "(^|[^a-z_])$key([^a-z_]|\$)" <<<"$keys_page" || lose "marlin-agent.toml(5) does not name the key $key"
done

# The table of keys: each key is in it, with the default of the installed file.
table=$(sed -n '/^\.TS/,/^\.TE/p' packaging/man/marlin-agent.toml.5 | sed 's/\\-/-/g; s/\\(dq/"/g')
for key in "${keys[@]}"; do
  case $key in interval | defaults | printer | web | usb_rule | log | record) continue ;; esac
  grep -qE "(^|, )$key(,|	)" <<<"$table" || lose "the table of marlin-agent.toml(5) lacks the key $key"
done
compared=0
while IFS=$'\t' read -r names _ value; do
  for key in ${names//,/ }; do
    default=$(sed -n "s/^#\{0,1\}$key = \(\"[^\"]*\"\|[^ ]*\).*/\1/p" packaging/marlin-agent.toml | tail -n 1)
    case $value in \"* | \[* | [0-9]* | true | false) ;; *) continue ;; esac
    if [ -n "$default" ]; then
      compared=$((compared + 1))
      [ "$default" = "$value" ] || lose "marlin-agent.toml(5) says $key = $value, packaging/marlin-agent.toml $default"
    fi
  done
done <<<"$table"
[ "$compared" -ge 15 ] || lose "only $compared defaults were compared"

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
sed -n '/^\.SH EXAMPLE/,/^\.fi/p' packaging/man/marlin-agent.toml.5 | grep -v '^\.' > "$work/example.toml"
"$program" check-config "$work/example.toml" >/dev/null || lose "the example of marlin-agent.toml(5) is wrong"
"$program" check-config packaging/marlin-agent.toml >/dev/null || lose "the default configuration is wrong"

# bash completion, as a shell calls it: input are the words of a line, output the candidates.
cat > "$work/complete" <<'SCRIPT'
. /usr/share/bash-completion/bash_completion
. packaging/completion/bash/marlin-agent
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMPREPLY=()
_marlin_agent "$1" "${COMP_WORDS[COMP_CWORD]}"
echo "${COMPREPLY[*]}"
SCRIPT
completes() {  # completes EXPECTED WORD...
  local expected=$1 found
  shift
  found=$(bash "$work/complete" "$program" "$@")
  [ "$found" = "$expected" ] || lose "completion of \"$*\": expected \"$expected\", found \"$found\""
}
completes "${commands[*]}" ""
completes "report release reset" re
completes "--web.listen-address --web.telemetry-path --web.config.file" run --web
completes "debug info warn error" run --log.level ""
completes "completed cancelled" jobs --result c
completes "show" jobs s
completes "fans" export --preset=f
[[ " $(bash "$work/complete" "$program" demo --firmware "") " == *" ender-3-v2 "* ]] || lose "completion of demo --firmware has no ender-3-v2"

# Both shells offer the same words, and the program accepts them.
words_of() { sed -n '/^_marlin_agent_words/,/^}/p' "$1"; }
[ "$(words_of packaging/completion/bash/marlin-agent)" = "$(words_of packaging/completion/zsh/_marlin-agent)" ] || lose "bash and zsh complete different words"
eval "$(words_of packaging/completion/bash/marlin-agent)"
accepts() {  # accepts OPTION COMMAND WORD...: for each value of the option the exit status is not that of a wrong command line
  local option=$1 value status
  shift
  for value in $(_marlin_agent_words "$program" "$1" "$option"); do
    status=0
    "$program" "$@" "$option" "$value" >/dev/null 2>&1 </dev/null || status=$?
    [ "$status" -ne 2 ] || lose "marlin-agent $1 refuses $option $value, which the completion offers"
  done
}
accepts --result jobs --state-dir "$work"
accepts --kind watch mk3 --runtime-dir "$work"
accepts --from watch mk3 --runtime-dir "$work"
accepts --format decode tests/data/recordings/prusa/mk3s-3.13.3/01_boot_reset.jsonl
accepts --format metrics /dev/null
accepts --sort metrics /dev/null

# Package, program and build list agree.
version=$(sed -n 's/^project(marlin-agent VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
grep -q "^marlin-agent ($version)" packaging/debian/changelog || lose "the changelog does not begin with version $version"
while read -r package; do
  grep -qE "^[A-Za-z-]*:? *$package(,| |\$)" packaging/debian/control || lose "debian/control does not name $package of packaging/build-packages"
done < <(grep -E -- '-dev$|^cmake|^ninja|^pkgconf' packaging/build-packages)

[ "$lost" -eq 0 ]
