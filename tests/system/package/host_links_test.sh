#!/bin/bash
# packaging/host-links: a link for each host port, none for anything else, and nothing of others is touched.
set -euo pipefail
cd "$(dirname "$0")/../../.."
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
ports=$work/run
devices=$work/dev
mkdir "$ports" "$devices"

expect() {  # expect CLAIM LINKS: what stands in the device directory
  local found
  found=$(find "$devices" -mindepth 1 -printf '%f>%l ' | tr ' ' '\n' | sort | xargs)
  [ "$found" = "$2" ] || { echo "$1: expected \"$2\", found \"$found\"" >&2; exit 1; }
}

ln -s /dev/pts/1 "$ports/mk3"
ln -s /dev/pts/2 "$ports/a b;"
touch "$ports/control.sock"
packaging/host-links "$ports" "$devices"
expect "a host port appears, what is no port does not" "ttyUSB_mk3>$ports/mk3"

touch "$devices/ttyUSB_mini"
ln -s /elsewhere "$devices/ttyUSB_other"
ln -s /dev/pts/3 "$ports/mini"
packaging/host-links "$ports" "$devices"
expect "what others made stays" "ttyUSB_mini> ttyUSB_mk3>$ports/mk3 ttyUSB_other>/elsewhere"

ln -sfn /dev/pts/9 "$ports/mk3"
packaging/host-links "$ports" "$devices"
expect "a port on another pseudo-terminal keeps its link" "ttyUSB_mini> ttyUSB_mk3>$ports/mk3 ttyUSB_other>/elsewhere"

rm "$ports/mk3"
packaging/host-links "$ports" "$devices"
expect "a port that is gone takes its link along" "ttyUSB_mini> ttyUSB_other>/elsewhere"

rm -r "$ports"
packaging/host-links "$ports" "$devices"
expect "an agent that is not there is no fault" "ttyUSB_mini> ttyUSB_other>/elsewhere"
