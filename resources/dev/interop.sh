# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What ./dev interop tests against: delta-rs, DuckDB and Spark in a Python environment, a Kafka
# server from its jars. Pinned, checked by SHA-256, kept in .deps/interop. What cannot be had is said,
# and its tests are skipped by name; none passes that did not run.

interopPackages="openjdk-17-jre-headless maven python3-venv"

# tryStep NAME COMMAND...: like step, but a failure is told and goes on.
tryStep() {
  local name=$1
  if (step "$@"); then return 0; fi
  say "goes on without: $name (what needs it is skipped)"
  return 1
}

getInteropPython() {
  rm -rf .deps/interop/venv
  python3 -m venv .deps/interop/venv
  .deps/interop/venv/bin/pip install --quiet --disable-pip-version-check --no-cache-dir \
    --require-hashes -r resources/dev/interop/python.txt
}

# getJars FROM TO: the jars of FROM/pom.xml into TO, checked against FROM/jars.sha256.
getJars() {
  local folder=$root/$2
  rm -rf "$folder"
  mkdir -p "$folder"
  mvn -q -B -f "$1/pom.xml" dependency:copy-dependencies -DoutputDirectory="$folder" -DincludeScope=runtime
  (cd "$folder" && sha256sum -c --quiet "$root/$1/jars.sha256")
}

# Spark has most of the jars already, some in another version: those of its own win.
getSparkJars() {
  local own jar
  getJars resources/dev/interop/spark .deps/interop/spark
  own=$(echo "$root"/.deps/interop/venv/lib/python3*/site-packages/pyspark/jars)
  for jar in .deps/interop/spark/*.jar; do
    if [ -e "$own/$(basename "$jar")" ]; then rm "$jar"; fi
  done
}

# depsPart NAME VERSION FUNCTION [ARGS...]: gets .deps/NAME once for each version; a failure goes on without.
depsPart() {
  local name=$1 version=$2
  shift 2
  [ "$(cat ".deps/$name.stamp" 2>/dev/null)" = "$version" ] && return 0
  tryStep "$name $version" "$@" || return 0
  printf '%s\n' "$version" >".deps/$name.stamp"
}

# tryInstall PACKAGE...: Debian packages; a failure is told and goes on.
tryInstall() {
  [ -z "$(aptMissing "$@")" ] || (aptInstall "$@") || say "goes on without: $(aptMissing "$@")"
}

interopPins() {
  cat resources/dev/interop/python.txt resources/dev/interop/*/* | sha256sum | cut -c1-12
}

installInterop() {
  mkdir -p .deps/interop
  local pins
  pins=$(interopPins)
  # shellcheck disable=SC2086
  tryInstall $interopPackages
  depsPart interop/python "$pins" getInteropPython
  depsPart interop/kafka "$pins" getJars resources/dev/interop/kafka .deps/interop/kafka
  depsPart interop/spark "$pins" getSparkJars
}

devInterop() {
  buildTargets all
  installInterop
  [ -f examples/flights/data/flights_by_time.csv ] || tryStep "flights data" getFlights || true
  (cd "$build" && ctest --output-on-failure -L interop --no-tests=error "$@")
}
