#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run_check.sh PYTHON SCRIPT BUILD: runs a check, or says that it cannot and ends with 77 (skipped).
set -euo pipefail
python=$1
shift
if ! [ -x "$python" ]; then
  printf 'SKIP %s: the Python environment of the interop tests is not there (./dev interop makes it)\n' "$(basename "$1" .py)"
  exit 77
fi
exec "$python" "$@"
