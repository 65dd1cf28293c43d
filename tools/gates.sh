#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a machine can check of the house style: layout, sizes, banned calls, comments that are promises.
set -u
cd "$(dirname "$0")/.."
bad=0
gate() { # gate TITLE OUTPUT
    if [ -n "$2" ]; then
        bad=1
        printf 'gate: %s\n%s\n' "$1" "$2"
    fi
}
sources() { git ls-files -co --exclude-standard "$@"; }
code() { sources 'src/*.c' 'src/*.h'; }

gate "files over 800 lines" \
    "$(sources 'src/*.c' 'src/*.h' 'tests/*.c' 'bench/*.c' 'fuzz/*.c' | xargs wc -l | awk '$2 != "total" && $1 > 800')"
gate "functions over 100 lines" \
    "$(code | ctags --fields=+ne --languages=C --langmap=C:.c.h --kinds-C=f -f - -L - 2>/dev/null |
       sed -n 's/^\([^\t]*\)\t\([^\t]*\).*line:\([0-9]*\).*end:\([0-9]*\).*/\1 \2 \3 \4/p' |
       awk '$4 - $3 + 1 > 100 {print $2 ":" $3 " " $1 " has " $4 - $3 + 1 " lines"}')"
gate "raw memory and string calls outside src/base" \
    "$(code | grep -v '^src/base/' | xargs grep -nE '\b(memcpy|strcpy|strncpy|strcat|strncat|sprintf|vsprintf|strtok|strtok_r|atoi|atol|atof|strtol|strtoul|strtod|malloc|calloc|realloc|free|alloca|gets)\(' /dev/null)"
gate "goto, setjmp" "$(code | xargs grep -nE '\b(goto [a-z]|setjmp|longjmp)\b' /dev/null)"
gate "includes that climb" "$(code | xargs grep -nE '#include "\.\./' /dev/null)"
gate "missing SPDX line" \
    "$(sources '*.c' '*.h' '*.sh' '*.cmake' '*.py' | xargs grep -L 'SPDX-License-Identifier')"
gate "promises instead of code" \
    "$(sources src tests bench fuzz tools docs cmake | grep -v '^tools/gates.sh$' | xargs grep -nIE 'TODO|FIXME|XXX' /dev/null)"
gate "files over 1 MB" "$(sources | xargs ls -l | awk '$5 > 1000000 {print $5, $NF}')"
if command -v clang-format >/dev/null; then
    gate "layout (clang-format -i mends it)" \
        "$(sources '*.c' '*.h' | xargs clang-format --dry-run 2>&1 | grep -E 'warning' | sed 's/: warning.*//' | cut -d: -f1 | sort | uniq -c | head -n 20)"
fi
if command -v mandoc >/dev/null; then
    gate "man pages (mandoc -Tlint)" \
        "$(sources 'docs/man/*.1' | xargs -r mandoc -Tlint -Wwarning 2>&1 | head -n 10)"
fi
[ "$bad" = 0 ] && echo "gates: clean"
exit "$bad"
