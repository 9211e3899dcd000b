# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The engine's tests under sanitizers, without the console: build/asan and build/tsan. What a
# sanitizer must not say of foreign libraries, which are not built with it, stands in
# resources/dev/sanitizers, each line with its reason.

# What CI takes, with fewer seeds: the parts that keep state or lay bytes by hand, and of these those
# with threads.
statefulParts="simulation engine_runtime engine_operators engine_state engine_columns engine_lake"
threadedParts="simulation engine_runtime"

# sanitizeWith PRESET whole|quick [CTEST ARGS...]
sanitizeWith() {
  local preset=$1 scope=$2 targets=all chosen='' parts=$statefulParts seeds=15 leftOut='^architecture\.'
  shift 2
  [ "$preset" = tsan ] && parts=$threadedParts
  [ -f "build/$preset/build.ninja" ] || step "configure $preset" cmake --preset "$preset"
  if [ "$scope" = quick ]; then
    targets=$(printf '%s_test ' $parts)
    chosen="^($(printf '%s' "$parts" | tr ' ' '|'))\\."
    # With so few seeds not every broken engine would be noticed, and how one breaks is no race.
    [ "$preset" = tsan ] && seeds=8 leftOut="$leftOut|broken_engine"
    export SLUICE_SEEDS=${SLUICE_SEEDS:-$seeds}
  fi
  # shellcheck disable=SC2086
  step "build $preset" ninja -C "build/$preset" -j "${SLUICE_JOBS:-$(nproc)}" $targets
  # Arrow's own allocator would hide from the sanitizers whose memory it is.
  export ARROW_DEFAULT_MEMORY_POOL=system
  export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1:strict_string_checks=1
  export UBSAN_OPTIONS=print_stacktrace=1
  export QTEST_FUNCTION_TIMEOUT=1200000 # ms; a function may take longer than Qt Test's five minutes
  export TSAN_OPTIONS=suppressions=$root/resources/dev/sanitizers/thread.txt:history_size=4
  (cd "build/$preset" && ctest --output-on-failure -j "$(nproc)" ${chosen:+-R "$chosen"} -LE 'interop|bench' -E "$leftOut" "$@")
}

# devSanitize [quick] [address|thread] [CTEST ARGS...]: both without a name.
devSanitize() {
  local scope=whole presets='asan tsan' preset
  if [ "${1:-}" = quick ]; then
    scope=quick
    shift
  fi
  case "${1:-}" in
  address) presets=asan && shift ;;
  thread) presets=tsan && shift ;;
  esac
  installAll
  for preset in $presets; do
    sanitizeWith "$preset" "$scope" "$@"
  done
}
