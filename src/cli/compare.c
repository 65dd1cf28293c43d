/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <stdio.h>
#include <unistd.h>

#include "base/stream.h"
#include "versions/version.h"

static char order_sign(VersionOrder order)
{
    switch (order) {
    case VERSION_LESS:
        return '<';
    case VERSION_EQUAL:
        return '=';
    case VERSION_GREATER:
        return '>';
    default:
        return '!';
    }
}

/* 'A B' lines; what was answered before a line that is no pair is printed all the same. */
static bool compare_lines(const VersionScheme *scheme, Arena *arena, Error *err)
{
    Str text, line, a, b, rest;
    Buf out CLEANUP(buf_fini) = {0};
    bool good = true;
    if (!fd_read_all(STDIN_FILENO, STR("standard input"), UINT64_C(1) << 30, arena, &text, err))
        return false;
    for (uint64_t number = 1; str_next_line(&text, &line); number++) {
        if (str_trim(line).len == 0)
            continue;
        rest = line;
        if (!str_next_word(&rest, &a) || !str_next_word(&rest, &b) || str_trim(rest).len) {
            good = error_set(err, ERR_USAGE,
                             "standard input, line %llu: expected two versions, got: " STR_FMT,
                             (unsigned long long)number, STR_ARG(str_head(line, 200)));
            break;
        }
        buf_printf(&out, STR_FMT " %c " STR_FMT "\n", STR_ARG(a),
                   order_sign(version_compare(scheme, a, b)), STR_ARG(b));
    }
    return fd_write_all(STDOUT_FILENO, buf_str(&out), good ? err : NULL) && good;
}

static bool refuse_scheme(Str name, Arena *arena, Error *err)
{
    size_t count;
    Str names = {0};
    const VersionScheme *const *schemes = version_schemes(&count);
    for (size_t i = 0; i < count; i++)
        names = arena_printf(arena, STR_FMT " %s", STR_ARG(names), schemes[i]->name);
    return error_set(err, ERR_USAGE, "unknown version scheme " STR_FMT "; there are:" STR_FMT,
                     STR_ARG(name), STR_ARG(names));
}

static bool run(const Options *options, Arena *arena, int *exit_code, Error *err)
{
    (void)exit_code;
    const StrVec *words = &options->operands;
    if (words->len != 1 && words->len != 3)
        return error_set(err, ERR_USAGE,
                         "expected SCHEME A B, or SCHEME and lines of 'A B' on "
                         "standard input");
    const VersionScheme *scheme = version_scheme_find(words->at[0]);
    if (!scheme)
        return refuse_scheme(words->at[0], arena, err);
    if (words->len == 1)
        return compare_lines(scheme, arena, err);
    printf("%c\n", order_sign(version_compare(scheme, words->at[1], words->at[2])));
    return true;
}

static const OptionSpec *const tables[] = {NULL};
const Command command_compare = {
    .name = "compare",
    .summary = "order two versions by the rules of an ecosystem",
    .options = tables,
    .run = run,
};
