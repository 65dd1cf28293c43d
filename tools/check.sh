#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh [PART...] - all that is tested: gates, tests, sanitizers, fuzz replay. The last line is
# 'N passed, N failed, N skipped', counted over the parts that run test cases.
set -u
cd "$(dirname "$0")/.."
parts=${*:-"gates test asan tsan"}
passed=0 failed=0 skipped=0

count() { # count JUNIT-FILE
    set -- "$(sed -n 's/.*<testsuite.* tests="\([0-9]*\)".*/\1/p;s/^\ttests="\([0-9]*\)"$/\1/p' "$1" | head -n 1)" \
           "$(grep -c 'status="fail"' "$1")" \
           "$(grep -cE 'status="(notrun|disabled)"' "$1")"
    failed=$((failed + $2))
    skipped=$((skipped + $3))
    passed=$((passed + $1 - $2 - $3))
}

run_tests() { # run_tests PRESET [CTEST-ARGUMENT...]
    preset=$1
    shift
    echo "== $preset"
    if ! cmake --preset "$preset" >/dev/null || ! cmake --build --preset "$preset" -- -k 0 >"build/$preset.log" 2>&1; then
        grep -E 'error|warning|FAILED' "build/$preset.log" | head -n 40
        echo "building the preset $preset failed (build/$preset.log)"
        failed=$((failed + 1))
        return
    fi
    ctest --test-dir "build/$preset" -j "$(nproc)" --output-on-failure \
        --output-junit "$PWD/build/$preset.xml" "$@" | grep -vE '^ *[0-9]+/[0-9]+ .*Passed|^ +Start '
    count "build/$preset.xml"
}

mkdir -p build
for part in $parts; do
    case $part in
    gates)
        echo "== gates"
        if sh tools/gates.sh; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
        ;;
    test) run_tests dev ;;
    asan)
        ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1 \
            run_tests asan -LE slow
        ;;
    tsan) run_tests tsan -L threads ;;
    *) echo "check.sh: unknown part $part (gates, test, asan, tsan)" >&2; exit 2 ;;
    esac
done

if [ -f build/dev.xml ]; then
    grep -hoE 'skipped: .*' build/dev.xml | sort | uniq -c | sort -rn | sed 's/^ */skipped tests: /' | head -n 20
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
