# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the build needs and Debian does not have in the right version is put into .deps, pinned and
# checked by SHA-256. Every step leaves a stamp, so that a second call takes no time.

say() { printf '%s\n' "$*" >&2; }

# step NAME COMMAND...: runs it with its output in a log; a failure says what to do.
step() {
  local name=$1 log
  shift
  mkdir -p .deps/log
  log=.deps/log/$(printf '%s' "$name" | tr -c 'a-zA-Z0-9' '_').log
  say "[$name]"
  if ! ("$@") >"$log" 2>&1; then
    say "failed: $name"
    tail -n 15 "$log" >&2
    say "The whole output is in $log. Check the network and the disk, then run the same command again."
    exit 1
  fi
}

asRoot() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo --preserve-env=DEBIAN_FRONTEND "$@"
  else
    say "need root for: $* (install sudo, or run as root)"
    return 1
  fi
}

buildPackages="build-essential cmake ninja-build mold ccache pkg-config git ca-certificates python3 python3-pip python3-venv
 qt6-base-dev qt6-base-dev-tools qt6-svg-dev qt6-charts-dev libqt6opengl6-dev libgl1-mesa-dev libxkbcommon-dev libvulkan-dev
 libsimdjson-dev libsqlite3-dev libsqlitecpp-dev libyaml-cpp-dev libspdlog-dev libcli11-dev libcpp-httplib-dev libsodium-dev
 libssl-dev libsasl2-dev zlib1g-dev libzstd-dev liblz4-dev libcurl4-openssl-dev clang-format clang-tidy"

# aptMissing PACKAGE...: prints those that are not installed.
aptMissing() {
  local package
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || printf '%s ' "$package"
  done
}

aptInstall() {
  local missing
  missing=$(aptMissing "$@")
  [ -z "$missing" ] && return 0
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  step "apt-get update" asRoot apt-get update -qq
  # shellcheck disable=SC2086
  step "apt-get install $(printf '%s' "$missing" | wc -w) packages" asRoot apt-get install -y --no-install-recommends $missing
}

needNpm() { command -v npm >/dev/null || aptInstall npm; }

checkSum() { printf '%s  %s\n' "$2" "$1" | sha256sum -c --quiet -; }

# npmPack SPEC FILE SHA256 FOLDER: unpacks an npm package's files into FOLDER.
npmPack() {
  mkdir -p "$4"
  (cd "$4" && npm pack "$1" --silent >/dev/null)
  checkSum "$4/$2" "$3"
  tar xzf "$4/$2" -C "$4"
  rm "$4/$2"
}

getArrow() {
  rm -rf .deps/arrow .deps/tmp-arrow
  mkdir -p .deps/arrow/lib .deps/tmp-arrow
  printf 'pyarrow==26.0.1 --hash=sha256:39cb0f2418282c24bea6ceda77b03e5a8f0a5766b63a8bf194d4e2a2c423548c\n' >.deps/tmp-arrow/want.txt
  python3 -m pip download --quiet --no-deps --require-hashes --only-binary :all: --python-version 3.11 \
    --implementation cp --abi cp311 --platform manylinux_2_28_x86_64 -d .deps/tmp-arrow -r .deps/tmp-arrow/want.txt
  python3 -m zipfile -e .deps/tmp-arrow/pyarrow-*.whl .deps/tmp-arrow
  cp -r .deps/tmp-arrow/pyarrow/include .deps/arrow/include
  cp .deps/tmp-arrow/pyarrow-*.dist-info/licenses/* .deps/arrow/ 2>/dev/null || true
  local library
  for library in arrow arrow_compute parquet; do
    cp ".deps/tmp-arrow/pyarrow/lib$library.so.2600" .deps/arrow/lib/
    ln -sf "lib$library.so.2600" ".deps/arrow/lib/lib$library.so"
  done
  rm -rf .deps/tmp-arrow
}

getDuckDb() {
  rm -rf .deps/duckdb .deps/tmp-duckdb
  mkdir -p .deps/duckdb/lib .deps/duckdb/include
  npmPack @duckdb/node-bindings-linux-x64@1.4.4-r.4 duckdb-node-bindings-linux-x64-1.4.4-r.4.tgz \
    732fac4dc6b8f198870b9c4bb6ddf13544466daca00ad28ba2f1d80de5d7aa4b .deps/tmp-duckdb/library
  npmPack duckdb@1.4.4 duckdb-1.4.4.tgz 5bb967dcbcd517670ba5f169f238fb9d6787e53752c60ebe24386169d76941ed .deps/tmp-duckdb/source
  cp .deps/tmp-duckdb/library/package/libduckdb.so .deps/duckdb/lib/
  cp .deps/tmp-duckdb/source/package/src/duckdb/src/include/duckdb.h .deps/duckdb/include/
  rm -rf .deps/tmp-duckdb
}

getRdKafka() {
  rm -rf .deps/rdkafka .deps/tmp-rdkafka
  npmPack @confluentinc/kafka-javascript@1.10.1 confluentinc-kafka-javascript-1.10.1.tgz \
    ada7d703bb1d3237e2292bfabf438d663b6160c9f1ac2a2406b5dc4257c81b66 .deps/tmp-rdkafka
  cd .deps/tmp-rdkafka/package/deps/librdkafka
  ./configure --prefix="$root/.deps/rdkafka" --disable-gssapi
  make -j2 libs
  make -C src install
  cp LICENSE* "$root/.deps/rdkafka/"
  rm -rf "$root/.deps/tmp-rdkafka"
}

# dependency NAME FUNCTION VERSION: does it once for each version.
dependency() {
  [ "$(cat ".deps/$1.stamp" 2>/dev/null)" = "$3" ] && return 0
  step "$1 $3" "$2"
  printf '%s\n' "$3" >".deps/$1.stamp"
}

installAll() {
  # The list itself is the stamp: a longer list is looked at again.
  local wanted
  wanted=$(printf '%s' "$buildPackages" | sha256sum | cut -c1-16)
  mkdir -p .deps
  if [ "$(cat .deps/packages.stamp 2>/dev/null)" != "$wanted" ]; then
    # shellcheck disable=SC2086
    aptInstall $buildPackages
    printf '%s\n' "$wanted" >.deps/packages.stamp
  fi
  [ -f .deps/duckdb.stamp ] && [ -f .deps/rdkafka.stamp ] || needNpm
  dependency arrow getArrow 26.0.1
  dependency duckdb getDuckDb 1.4.4
  dependency rdkafka getRdKafka 2.15.1
}

configure() {
  [ -f "$build/build.ninja" ] || step "configure" cmake --preset release
}

# buildTargets TARGET...: quiet when all goes well.
buildTargets() {
  installAll
  configure
  step "build $*" ninja -C "$build" -j "${SLUICE_JOBS:-$(nproc)}" "$@"
}
