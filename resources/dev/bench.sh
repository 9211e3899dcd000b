# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What ./dev bench needs beyond the program: other engines for `peers`, a Kafka server for `kafka`.
# They are installed only when asked for; pinned and checked as what the interop tests use.

# getBenchPython NAME: an environment with resources/dev/bench/NAME.txt, in .deps/bench/NAME.
getBenchPython() {
  rm -rf ".deps/bench/$1"
  python3 -m venv ".deps/bench/$1"
  ".deps/bench/$1/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --no-deps \
    --require-hashes -r "resources/dev/bench/$1.txt"
}

# Flink itself is in its Python package; its SQL client needs two jars more.
getFlink() {
  getBenchPython flink
  getJars resources/dev/bench/flink .deps/bench/flink-jars
  cp .deps/bench/flink-jars/*.jar .deps/bench/flink/lib/python3*/site-packages/pyflink/lib/
}

benchPeers() {
  local python=.deps/bench/python/bin/python flink=.deps/bench/flink/bin/python pins
  mkdir -p .deps/bench
  pins=$(cat resources/dev/bench/*.txt resources/dev/bench/flink/* | sha256sum | cut -c1-12)
  tryInstall openjdk-17-jre-headless maven python3-venv
  depsPart bench/python "$pins" getBenchPython python
  depsPart bench/flink "$pins" getFlink
  "$build/bin/sluicectl" bench peers --script resources/dev/bench/peers.py \
    --peer "duckdb=$python" --peer "polars=$python" --peer "flink=$flink" "$@"
}

# Against a Kafka server of one broker, if its jars can be had.
benchKafka() {
  local pins
  mkdir -p .deps/interop
  pins=$(interopPins)
  # shellcheck disable=SC2086
  tryInstall $interopPackages
  depsPart interop/python "$pins" getInteropPython
  depsPart interop/kafka "$pins" getJars resources/dev/interop/kafka .deps/interop/kafka
  if [ -e .deps/interop/kafka.stamp ] && [ -e .deps/interop/python.stamp ]; then
    SLUICE_CTL="$build/bin/sluicectl" .deps/interop/venv/bin/python resources/dev/bench/kafka.py "$@"
  else
    say "there is no Kafka server: only writing is measured, to an endpoint inside the process"
    "$build/bin/sluicectl" bench kafka "$@"
  fi
}

devBench() {
  local name=${1:-}
  buildTargets sluicectl
  case "$name" in
  peers) shift && benchPeers "$@" ;;
  kafka) shift && benchKafka "$@" ;;
  *) "$build/bin/sluicectl" bench "$@" ;;
  esac
}

# soak kill [--cycles N] [--seed S] [--json]: exit code 1 if a record is lost or there twice.
devSoak() {
  if [ "${1:-}" != kill ]; then
    say "which soak? ./dev soak kill"
    exit 2
  fi
  shift
  buildTargets kill_soak sluicectl
  exec "$build/tests/kill_soak" "$@"
}
