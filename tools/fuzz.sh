#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fuzz.sh [run] [-e ENGINE] [-t SECONDS] [-n EXECUTIONS] [-j JOBS] [-c FOLDER] [NOUN...]
#     a campaign: every noun (or those named: json, feed, feed.osv) for SECONDS (60) or EXECUTIONS, JOBS (1)
#     at a time. ENGINE: asan (libFuzzer with both sanitizers; the default), fast (libFuzzer without), afl
#     (AFL++, in turn on the same corpus), all. One line a noun and engine; crashes lie in FOLDER/crashes,
#     and the exit code is 1 if there were any.
# fuzz.sh coverage [-c FOLDER] [NOUN...]
#     lines and regions that the seeds and the grown corpus reach, for each file that fuzz/parsers.txt names
# fuzz.sh show FILE [-c FOLDER]
#     that file with the count of every line, after `coverage`
# fuzz.sh minimise [-c FOLDER] [NOUN...]
#     leaves in the grown corpus what adds something to the seeds
# The corpus grows in FOLDER/corpus/NOUN, outside of the checkout (~/.cache/assay-fuzz, $ASSAY_FUZZ_FOLDER).
set -u
cd "$(dirname "$0")/.." || exit 1
root=$PWD
folder=${ASSAY_FUZZ_FOLDER:-${XDG_CACHE_HOME:-$HOME/.cache}/assay-fuzz}
mode=run engines=asan seconds=60 runs=-1 jobs=1

case ${1:-} in
run | coverage | minimise) mode=$1; shift ;;
show) mode=show; file=${2:?which file}; shift 2 ;;
-h | --help) sed -n '3,17s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
while getopts e:t:n:j:c: option; do
    case $option in
    e) engines=$OPTARG ;;
    t) seconds=$OPTARG ;;
    n) runs=$OPTARG seconds=0 ;;
    j) jobs=$OPTARG ;;
    c) folder=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ "$engines" = all ] && engines="asan fast afl"
mkdir -p "$folder/corpus" "$folder/crashes" "$folder/logs"
folder=$(cd "$folder" && pwd)

preset_of() { case $1 in asan) echo fuzz ;; fast) echo fuzz-fast ;; *) echo "$1" ;; esac; }

build() { # build PRESET PREFIX: the programs PREFIX_* of that preset
    local sources=(fuzz/fuzz_*.c)
    local names=("${sources[@]#fuzz/fuzz_}")
    names=("${names[@]%.c}")
    cmake --preset "$1" >"$folder/logs/$1" 2>&1 &&
        AFL_QUIET=1 cmake --build --preset "$1" --target "${names[@]/#/$2_}" >>"$folder/logs/$1" 2>&1 ||
        { tail -n 20 "$folder/logs/$1"; echo "building the preset $1 failed ($folder/logs/$1)"; exit 1; }
}

choose() { # choose PRESET NOUN...: `chosen` is those named, or all
    local list="build/$1/fuzz/nouns" noun
    shift
    chosen=$(cat "$list") || exit 1
    [ $# = 0 ] && return
    chosen=$(for noun; do grep -xE "${noun//./\\.}(\..*)?" "$list" || { echo "no noun $noun" >&2; exit 1; }; done) ||
        exit 2
}

need_llvm() {
    local tool
    for tool in llvm-profdata llvm-cov; do
        command -v $tool >/dev/null || { echo "fuzz.sh: $tool is missing (Debian: llvm)" >&2; exit 1; }
    done
}

seeds_of() { # its folders of the checkout that are there
    local path=${1/.//} kind
    for kind in corpus regressions; do
        [ -d "$root/fuzz/$kind/$path" ] && echo "$root/fuzz/$kind/$path"
    done
}

dictionary_of() {
    [ -f "$root/fuzz/dict/$1.dict" ] && echo "$root/fuzz/dict/$1.dict"
}

field() { sed -n "s/^$1 *: *//p" "$2" | tail -n 1; }

row() { printf '%-24s %-5s %12s %8s %7s %8s\n' "$@" | tee -a "$folder/logs/table"; }

run_libfuzzer() { # noun engine program
    local log="$folder/logs/$1.$2" dictionary status
    dictionary=$(dictionary_of "$1")
    # shellcheck disable=SC2046
    "$3" -print_final_stats=1 -max_total_time="$seconds" -runs="$runs" -rss_limit_mb=2048 \
        -malloc_limit_mb=512 -timeout=60 -artifact_prefix="$folder/crashes/$1-" \
        ${dictionary:+-dict="$dictionary"} "$folder/corpus/$1" $(seeds_of "$1") >"$log" 2>&1
    status=$?
    row "$1" "$2" "$(field stat::number_of_executed_units "$log")" "$(field stat::average_exec_per_sec "$log")" \
        "$(grep -oE 'cov: [0-9]+' "$log" | tail -n 1 | cut -c 6-)" $((status != 0))
}

run_afl() { # noun engine program
    local work="$folder/afl/$1" dictionary stats status
    rm -rf "$work"
    mkdir -p "$work/in"
    # shellcheck disable=SC2046
    find $(seeds_of "$1") "$folder/corpus/$1" -type f -size -64k | head -n 2000 | while read -r path; do
        cp "$path" "$work/in/$(sha1sum <"$path" | cut -c 1-40)"
    done
    dictionary=$(dictionary_of "$1")
    AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 \
        AFL_FAST_CAL=1 afl-fuzz -m none -t 5000 $([ "$runs" = -1 ] && echo "-V $seconds" || echo "-E $runs") \
        ${dictionary:+-x "$dictionary"} -i "$work/in" -o "$work/out" -- "$3" >"$folder/logs/$1.afl" 2>&1
    stats="$work/out/default/fuzzer_stats"
    status=$(find "$work/out/default/crashes" "$work/out/default/hangs" -name 'id*' 2>/dev/null |
        while read -r path; do cp "$path" "$folder/crashes/$1-afl-${path##*/}"; echo; done | wc -l)
    find "$work/out/default/queue" -name 'id*' ! -name '*orig*' | while read -r path; do
        cp "$path" "$folder/corpus/$1/$(sha1sum <"$path" | cut -c 1-40)"
    done
    row "$1" "$2" "$(field execs_done "$stats")" "$(field execs_per_sec "$stats")" \
        "$(field edges_found "$stats")" "$status"
}

campaign() {
    local engine noun
    for engine in $engines; do choose "$(preset_of "$engine")" "$@"; done
    : >"$folder/logs/table"
    row noun engine executions per_s edges crashes
    for engine in $engines; do
        choose "$(preset_of "$engine")" "$@"
        for noun in $chosen; do
            mkdir -p "$folder/corpus/$noun"
            while [ "$(jobs -r | wc -l)" -ge "$jobs" ]; do wait -n; done
            local program="build/$(preset_of "$engine")/fuzz/fuzz_$noun"
            if [ "$engine" = afl ]; then
                run_afl "$noun" "$engine" "$program" &
            else
                run_libfuzzer "$noun" "$engine" "$program" &
            fi
        done
    done
    wait
    ! awk 'NR > 1 && $NF != 0' "$folder/logs/table" | grep -q .
}

coverage() {
    local noun objects=() program files
    choose coverage "$@"
    rm -rf "$folder/profiles"
    for noun in $chosen; do
        # shellcheck disable=SC2046
        LLVM_PROFILE_FILE="$folder/profiles/$noun" "build/coverage/fuzz/replay_$noun" \
            $(seeds_of "$noun") "$folder/corpus/$noun" >/dev/null || exit 1
    done
    llvm-profdata merge -sparse -o "$folder/profdata" "$folder"/profiles/* || exit 1
    for program in build/coverage/fuzz/replay_*; do
        [ -L "$program" ] || objects+=(-object "$program")
    done
    files=$(for noun in $chosen; do grep "^$noun " fuzz/parsers.txt; done | tr ' ' '\n' |
        grep '^src/' | sort -u | while read -r path; do [ -f "$path" ] && echo "$root/$path"; done)
    # shellcheck disable=SC2086
    llvm-cov report "${objects[@]:1}" -instr-profile="$folder/profdata" $files 2>/dev/null |
        awk '$1 ~ /\.c$/ || $1 == "TOTAL" {printf "%-36s lines %5d %7s   regions %5d %7s   functions %4d %7s\n",
             $1, $8, $10, $2, $4, $5, $7}'
}

show() {
    local objects=() program
    for program in build/coverage/fuzz/replay_*; do
        [ -L "$program" ] || objects+=(-object "$program")
    done
    llvm-cov show "${objects[@]:1}" -instr-profile="$folder/profdata" "$root/$file"
}

minimise() {
    local noun kept
    choose fuzz "$@"
    for noun in $chosen; do
        [ -d "$folder/corpus/$noun" ] || continue
        kept="$folder/corpus/$noun.kept"
        mkdir -p "$kept"
        # shellcheck disable=SC2046
        find $(seeds_of "$noun") -type f -exec cp {} "$kept" \;
        "build/fuzz/fuzz/fuzz_$noun" -merge=1 "$kept" "$folder/corpus/$noun" >"$folder/logs/$noun.merge" 2>&1 || continue
        # shellcheck disable=SC2046
        find $(seeds_of "$noun") -type f | while read -r path; do rm -f "$kept/${path##*/}"; done
        rm -rf "$folder/corpus/$noun"
        mv "$kept" "$folder/corpus/$noun"
        echo "$noun: $(find "$folder/corpus/$noun" -type f | wc -l) beside the seeds"
    done
}

case $mode in
run)
    for engine in $engines; do build "$(preset_of "$engine")" fuzz; done
    campaign "$@"
    ;;
coverage) need_llvm; build coverage replay; coverage "$@" ;;
minimise) build fuzz fuzz; minimise "$@" ;;
show) need_llvm; show ;;
esac
