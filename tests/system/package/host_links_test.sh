#!/bin/bash
# packaging/host-links: a link for each host port, none for anything else, and no other file is changed.
set -euo pipefail
cd "$(dirname "$0")/../../.."
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
ports=$work/run
devices=$work/dev
mkdir "$ports" "$devices"

expect() {  # expect CLAIM LINKS: the content of the device directory
  local found
  found=$(find "$devices" -mindepth 1 -printf '%f>%l ' | tr ' ' '\n' | sort | xargs)
  [ "$found" = "$2" ] || { echo "$1: expected \"$2\", found \"$found\"" >&2; exit 1; }
}

ln -s /dev/pts/1 "$ports/mk3"
ln -s /dev/pts/2 "$ports/a b;"
touch "$ports/control.sock"
packaging/host-links "$ports" "$devices"
expect "a host port gets a link, other files do not" "ttyUSB_mk3>$ports/mk3"

touch "$devices/ttyUSB_mini"
ln -s /elsewhere "$devices/ttyUSB_other"
ln -s /dev/pts/3 "$ports/mini"
packaging/host-links "$ports" "$devices"
expect "files of others stay" "ttyUSB_mini> ttyUSB_mk3>$ports/mk3 ttyUSB_other>/elsewhere"

ln -sfn /dev/pts/9 "$ports/mk3"
packaging/host-links "$ports" "$devices"
expect "a port on another pseudo-terminal keeps its link" "ttyUSB_mini> ttyUSB_mk3>$ports/mk3 ttyUSB_other>/elsewhere"

rm "$ports/mk3"
packaging/host-links "$ports" "$devices"
expect "the link of a removed port is removed" "ttyUSB_mini> ttyUSB_other>/elsewhere"

rm -r "$ports"
packaging/host-links "$ports" "$devices"
expect "a missing agent is no error" "ttyUSB_mini> ttyUSB_other>/elsewhere"
