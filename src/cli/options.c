/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "analyze/cache.h"

static bool take_format(Options *o, Arena *arena, Str value, Error *err)
{
    (void)err;
    *vec_push(arena, &o->outputs) = (Output){.format = value};
    return true;
}

/* -o belongs to the --format before it; alone it sends the default format to a file. */
static bool take_output(Options *o, Arena *arena, Str value, Error *err)
{
    if (o->outputs.len == 0)
        vec_push(arena, &o->outputs);
    Output *last = &o->outputs.at[o->outputs.len - 1];
    if (last->file.len)
        return error_set(err, ERR_USAGE, "-o " STR_FMT ": there is no --format for a second file",
                         STR_ARG(value));
    last->file = value;
    return true;
}

static bool take_context(Options *o, Arena *arena, Str value, Error *err)
{
    (void)err;
    *vec_push(arena, &o->context) = value;
    return true;
}

static bool take_base_url(Options *o, Arena *arena, Str value, Error *err)
{
    (void)err;
    *vec_push(arena, &o->base_urls) = value;
    return true;
}

static bool take_only(Options *o, Arena *arena, Str value, Error *err)
{
    (void)err;
    *vec_push(arena, &o->only) = value;
    return true;
}

static bool take_as_of(Options *o, Arena *arena, Str value, Error *err)
{
    (void)arena;
    o->as_of = date_parse(value);
    if (value.len == 10 && o->as_of != DATE_NONE)
        return true;
    return error_set(err, ERR_USAGE, "--as-of " STR_FMT ": expected a day, YYYY-MM-DD",
                     STR_ARG(value));
}

/* "500M", as disks are sold: thousands. */
static bool take_cache_limit(Options *o, Arena *arena, Str value, Error *err)
{
    static const Str units[] = {STR_INIT(""), STR_INIT("k"), STR_INIT("M"), STR_INIT("G"),
                                STR_INIT("T")};
    size_t digits = 0;
    uint64_t number = 0, unit = 1;
    (void)arena;
    while (char_is_digit(str_at(value, digits)))
        digits++;
    bool good = str_to_u64(str_head(value, digits), &number);
    for (size_t i = 0; i < COUNT_OF(units); i++, unit *= 1000)
        if (good && str_eq_fold(str_from_pos(value, digits), units[i]))
            return !__builtin_mul_overflow(number, unit, &o->cache_limit) ||
                   error_set(err, ERR_USAGE, "--cache-limit " STR_FMT ": too large",
                             STR_ARG(value));
    return error_set(err, ERR_USAGE,
                     "--cache-limit " STR_FMT ": expected a size such as 500M or 2G",
                     STR_ARG(value));
}

#define TAKE_STR(field)                                                                            \
    static bool take_##field(Options *o, Arena *arena, Str value, Error *err)                      \
    {                                                                                              \
        (void)arena, (void)err;                                                                    \
        o->field = value;                                                                          \
        return true;                                                                               \
    }
#define TAKE_FLAG(field)                                                                           \
    static bool take_##field(Options *o, Arena *arena, Str value, Error *err)                      \
    {                                                                                              \
        (void)arena, (void)value, (void)err;                                                       \
        return o->field = true;                                                                    \
    }

TAKE_STR(platform)
TAKE_STR(policy)
TAKE_STR(db)
TAKE_STR(db_key)
TAKE_STR(cache)
TAKE_STR(fail_on)
TAKE_STR(sign_key)
TAKE_STR(out)
TAKE_FLAG(offline)
TAKE_FLAG(no_cache)
TAKE_FLAG(quiet)
TAKE_FLAG(no_progress)
TAKE_FLAG(help)

static const OptionSpec options_everywhere[] = {
    {"--help", "-h", NULL, take_help},
    {"--quiet", "-q", NULL, take_quiet},
    {"--no-progress", NULL, NULL, take_no_progress},
    {0},
};

const OptionSpec options_report[] = {
    {"--format", "-f", "FORMAT", take_format},
    {"--output", "-o", "FILE", take_output},
    {"--platform", NULL, "OS/ARCH", take_platform},
    {"--policy", NULL, "FILE", take_policy},
    {"--context", NULL, "FILE|KEY=VALUE", take_context},
    {"--as-of", NULL, "DATE", take_as_of},
    {"--fail-on", NULL, "LEVEL|SCORE", take_fail_on},
    {"--no-cache", NULL, NULL, take_no_cache},
    {0},
};

const OptionSpec options_data[] = {
    {"--db", NULL, "DIR", take_db},          {"--db-key", NULL, "FILE", take_db_key},
    {"--cache", NULL, "DIR", take_cache},    {"--cache-limit", NULL, "SIZE", take_cache_limit},
    {"--offline", NULL, NULL, take_offline}, {0},
};

const OptionSpec options_build[] = {
    {"--sign-key", NULL, "FILE", take_sign_key},
    {"--base-url", NULL, "[SOURCE=]URL", take_base_url},
    {"--only", NULL, "SOURCE", take_only},
    {"--out", NULL, "PATH", take_out},
    {0},
};

static const OptionSpec *spec_find(const OptionSpec *const *tables, Str name)
{
    const OptionSpec *const everywhere[] = {options_everywhere, NULL};
    const OptionSpec *const *lists[] = {tables, everywhere};
    for (size_t l = 0; l < COUNT_OF(lists); l++)
        for (size_t t = 0; lists[l][t]; t++)
            for (const OptionSpec *spec = lists[l][t]; spec->name; spec++)
                if (str_eq(str_from(spec->name), name) ||
                    (spec->alias && str_eq(str_from(spec->alias), name)))
                    return spec;
    return NULL;
}

bool options_parse(const OptionSpec *const *tables, int count, char **words, Arena *arena,
                   Options *out, Error *err)
{
    *out = (Options){.as_of = DATE_NONE, .cache_limit = CACHE_LIMIT};
    bool plain = false;
    for (int i = 0; i < count; i++) {
        Str word = str_from(words[i]), name = word, value = {0};
        if (plain || word.len < 2 || word.ptr[0] != '-') {
            *vec_push(arena, &out->operands) = word;
            continue;
        }
        if (str_eq(word, STR("--"))) {
            plain = true;
            continue;
        }
        bool inlined = str_starts(word, STR("--")) && str_cut(word, '=', &name, &value);
        const OptionSpec *spec = spec_find(tables, name);
        if (!spec && !tables[0] && out->operands.len) {
            *vec_push(arena, &out->operands) = word; /* "-1" is a version too */
            continue;
        }
        if (!spec)
            return error_set(err, ERR_USAGE, "unknown option " STR_FMT, STR_ARG(name));
        if (spec->value && !inlined) {
            if (++i == count)
                return error_set(err, ERR_USAGE, STR_FMT " needs a value: %s", STR_ARG(name),
                                 spec->value);
            value = str_from(words[i]);
        } else if (!spec->value && inlined) {
            return error_set(err, ERR_USAGE, STR_FMT " takes no value", STR_ARG(name));
        }
        if (!spec->take(out, arena, value, err))
            return false;
    }
    return true;
}
