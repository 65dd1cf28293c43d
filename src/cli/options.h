/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/date.h"
#include "base/error.h"

/* An output format and the file it goes to; an empty file is standard output. */
typedef struct Output {
    Str format, file;
} Output;

/* What a command line said; what it did not say is empty, false or DATE_NONE. */
typedef struct Options {
    StrVec operands;
    Vec(Output) outputs;
    Str platform, policy, db, db_key, cache, fail_on, sign_key, out;
    StrVec context, only, base_urls; /* may be given several times */
    Date as_of;
    uint64_t cache_limit;
    bool offline, no_cache, quiet, no_progress, help;
} Options;

typedef struct OptionSpec {
    const char *name;  /* "--format"; NULL ends a table */
    const char *alias; /* "-o", or NULL */
    const char *value; /* what its value is called in messages; NULL: a flag */
    /* Takes the value (empty for a flag); false with an ERR_USAGE. */
    bool (*take)(Options *options, Arena *arena, Str value, Error *err);
} OptionSpec;

/* Tables that commands name. */
extern const OptionSpec options_report[], options_data[], options_build[];

/* `words` without the command's own name. "--x=v" and "--x v" are the same, "--" ends the options,
 * "-" is an operand, and so is what no option knows after the first operand of a command that has
 * none of its own. Errors are ERR_USAGE. */
MUST_USE bool options_parse(const OptionSpec *const *tables, int count, char **words, Arena *arena,
                            Options *out, Error *err);
