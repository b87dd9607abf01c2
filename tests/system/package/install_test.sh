#!/bin/bash
# The package of this machine's architecture: lintian finds nothing, and in a clean Debian root it is installed, runs
# its demonstration, answers a scrape, is reinstalled, upgraded and purged without leftovers. It contains the program
# that the tests built; tests/campaigns/packages compiles it as an owner does.
# Usage: tests/system/package/install_test.sh PROGRAM
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/../../.."
packaging/build-deb --built "$(dirname "$program")" --output build/deb-test > build/build-deb.log 2>&1 ||
  { tail -n 30 build/build-deb.log >&2; exit 1; }
exec tests/system/package/check_deb "$(dpkg --print-architecture)" build/deb-test
