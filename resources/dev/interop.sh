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
  say "goes on without: $name (its tests will be skipped)"
  return 1
}

getInteropPython() {
  rm -rf .deps/interop/venv
  python3 -m venv .deps/interop/venv
  .deps/interop/venv/bin/pip install --quiet --disable-pip-version-check --no-cache-dir \
    --require-hashes -r resources/dev/interop/python.txt
}

# getJars NAME: the jars of resources/dev/interop/NAME/pom.xml into .deps/interop/NAME.
getJars() {
  local folder=$root/.deps/interop/$1
  rm -rf "$folder"
  mkdir -p "$folder"
  mvn -q -B -f "resources/dev/interop/$1/pom.xml" dependency:copy-dependencies \
    -DoutputDirectory="$folder" -DincludeScope=runtime
  (cd "$folder" && sha256sum -c --quiet "$root/resources/dev/interop/$1/jars.sha256")
}

# Spark has most of the jars already, some in another version: those of its own win.
getSparkJars() {
  local own jar
  getJars spark
  own=$(echo "$root"/.deps/interop/venv/lib/python3*/site-packages/pyspark/jars)
  for jar in .deps/interop/spark/*.jar; do
    if [ -e "$own/$(basename "$jar")" ]; then rm "$jar"; fi
  done
}

# interopPart NAME FUNCTION VERSION [ARGS...]: gets it once for each version.
interopPart() {
  local name=$1 function=$2 version=$3
  shift 3
  [ "$(cat ".deps/interop/$name.stamp" 2>/dev/null)" = "$version" ] && return 0
  tryStep "interop $name $version" "$function" "$@" || return 0
  printf '%s\n' "$version" >".deps/interop/$name.stamp"
}

installInterop() {
  mkdir -p .deps/interop
  local pins
  pins=$(cat resources/dev/interop/python.txt resources/dev/interop/*/* | sha256sum | cut -c1-12)
  # shellcheck disable=SC2086
  [ -z "$(aptMissing $interopPackages)" ] || (aptInstall $interopPackages) ||
    say "goes on without: $(aptMissing $interopPackages)"
  interopPart python getInteropPython "$pins"
  interopPart kafka getJars "$pins" kafka
  interopPart spark getSparkJars "$pins"
}

devInterop() {
  buildTargets all
  installInterop
  [ -f examples/flights/data/flights_by_time.csv ] || tryStep "flights data" getFlights || true
  (cd "$build" && ctest --output-on-failure -L interop --no-tests=error "$@")
}
