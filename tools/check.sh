#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh [PART...] - all that is tested: gates, tests, sanitizers, fuzzers. The last line is
# 'N passed, N failed, N skipped', counted over all parts. Every test run replays the fuzzers' corpora;
# the part `fuzz` builds with clang, where warnings are errors too, and fuzzes each parser for a moment
# (tools/fuzz.sh does it for longer).
set -u
cd "$(dirname "$0")/.."
parts=${*:-"gates test asan tsan fuzz"}
passed=0 failed=0 skipped=0

count() { # count JUNIT-FILE
    set -- "$(sed -n 's/.*<testsuite.* tests="\([0-9]*\)".*/\1/p;s/^\ttests="\([0-9]*\)"$/\1/p' "$1" | head -n 1)" \
           "$(grep -c 'status="fail"' "$1")" \
           "$(grep -cE 'status="(notrun|disabled)"' "$1")"
    failed=$((failed + $2))
    skipped=$((skipped + $3))
    passed=$((passed + $1 - $2 - $3))
}

build() { # build PRESET
    echo "== $1"
    if ! cmake --preset "$1" >/dev/null || ! cmake --build --preset "$1" -- -k 0 >"build/$1.log" 2>&1; then
        grep -E 'error|warning|FAILED' "build/$1.log" | head -n 40
        echo "building the preset $1 failed (build/$1.log)"
        failed=$((failed + 1))
        return 1
    fi
}

run_fuzzers() {
    build fuzz || return
    scratch=$(mktemp -d) || exit 1
    trap 'rm -rf "$scratch"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    tools/fuzz.sh run -t 2 -j "$(nproc)" -c "$scratch" >"$scratch/table"
    while read -r noun engine executions _ _ crashed; do
        case $crashed in
        crashes) continue ;;
        0) passed=$((passed + 1)) ;;
        *)
            failed=$((failed + 1))
            echo "fuzz_$noun: after $executions executions"
            tail -n 30 "$scratch/logs/$noun.$engine"
            find "$scratch/crashes" -type f -exec cp {} build/ \;
            ;;
        esac
    done <"$scratch/table"
    [ "$(grep -c . "$scratch/table")" -gt "$(grep -c . build/fuzz/fuzz/nouns)" ] ||
        { cat "$scratch/table"; failed=$((failed + 1)); }
    rm -rf "$scratch"
    trap - EXIT INT TERM
}

run_tests() { # run_tests PRESET [CTEST-ARGUMENT...]
    preset=$1
    shift
    build "$preset" || return
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
    tsan) TSAN_OPTIONS=halt_on_error=1 run_tests tsan -L threads ;;
    fuzz) run_fuzzers ;;
    *) echo "check.sh: unknown part $part (gates, test, asan, tsan, fuzz)" >&2; exit 2 ;;
    esac
done

if [ -f build/dev.xml ]; then
    grep -hoE 'skipped: .*' build/dev.xml | sort | uniq -c | sort -rn | sed 's/^ */skipped tests: /' | head -n 20
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
