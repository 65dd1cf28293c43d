/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/context.h"

#include "base/fd.h"
#include "base/toml.h"

enum { FILE_LIMIT = 4 << 20 };

Date option_as_of(const Options *options)
{
    return options->as_of == DATE_NONE ? date_today() : options->as_of;
}

bool option_policy(const Options *options, Arena *arena, const Policy **out, Error *err)
{
    Str text = {0};
    if (options->policy.len && !file_read(options->policy, FILE_LIMIT, arena, &text, err))
        return error_within(err, "--policy");
    return policy_load(text, options->policy, arena, out, err);
}

static bool add_increment(Str name, Arena *arena, StrVec *fixed, Error *err)
{
    if (policy_fixed_find(name) == POLICY_NONE) {
        Str known = {0};
        for (size_t i = 0; i < POLICY_FIXED; i++)
            known = arena_printf(arena, STR_FMT " " STR_FMT, STR_ARG(known),
                                 STR_ARG(policy_fixed_name(i)));
        return error_set(err, ERR_USAGE,
                         "--context: fixed: unknown increment " STR_FMT "; there are:" STR_FMT,
                         STR_ARG(name), STR_ARG(known));
    }
    for (size_t i = 0; i < fixed->len; i++)
        if (str_eq(fixed->at[i], name))
            return true;
    *vec_push(arena, fixed) = name;
    return true;
}

static bool add_value(Str key, Str value, Arena *arena, Context *out, StrVec *fixed, Error *err)
{
    if (str_eq(key, STR("fixed")))
        return add_increment(value, arena, fixed, err);
    context_add(arena, out, key, value, (Str){0});
    return true;
}

/* "mitigation=waf,netpol" gives both. */
static bool add_pair(Str text, Arena *arena, Context *out, StrVec *fixed, Error *err)
{
    Str key, values, value;
    if (!str_cut(text, '=', &key, &values) || key.len == 0 || values.len == 0)
        return error_set(err, ERR_USAGE, "--context " STR_FMT ": expected KEY=VALUE or a file",
                         STR_ARG(text));
    if (!str_eq(key, STR("fixed")))
        context_clear(out, key);
    while (str_next(&values, ',', &value))
        if (!add_value(key, value, arena, out, fixed, err))
            return false;
    return true;
}

static bool add_member(const TomlValue *member, Str file, Arena *arena, Context *out, StrVec *fixed,
                       Error *err)
{
    if (member->kind == TOML_STRING)
        return add_value(member->key, member->string, arena, out, fixed, err);
    const TomlValue *item = member->kind == TOML_ARRAY ? member->first : NULL;
    for (; item && item->kind == TOML_STRING; item = item->next)
        if (!add_value(member->key, item->string, arena, out, fixed, err))
            return false;
    if (member->kind == TOML_ARRAY && !item)
        return true;
    return error_set(err, ERR_USAGE, STR_FMT ":%u: " STR_FMT ": expected a word or a list of words",
                     STR_ARG(file), item ? item->line : member->line, STR_ARG(member->key));
}

static bool add_file(Str path, Arena *arena, Context *out, StrVec *fixed, Error *err)
{
    Str text;
    const TomlValue *root;
    if (!file_read(path, FILE_LIMIT, arena, &text, err))
        return error_within(err, "--context");
    if (!toml_parse(text, arena, &root, err))
        return error_within(err, "--context " STR_FMT, STR_ARG(path));
    for (const TomlValue *member = root->first; member; member = member->next) {
        if (!str_eq(member->key, STR("fixed")))
            context_clear(out, member->key);
        if (!add_member(member, path, arena, out, fixed, err))
            return error_within(err, "--context");
    }
    return true;
}

bool option_context(const Options *options, const Policy *policy, Arena *arena, Context *out,
                    StrVec *fixed, Error *err)
{
    *out = (Context){0};
    *fixed = (StrVec){0};
    for (size_t i = 0; i < options->context.len; i++) {
        Str text = options->context.at[i];
        bool pair = str_find_char(text, '=') != STR_NONE;
        if (pair ? !add_pair(text, arena, out, fixed, err)
                 : !add_file(text, arena, out, fixed, err))
            return false;
    }
    return policy_context_check(policy, out, err) || error_within(err, "--context");
}

bool option_threshold(const Options *options, const Policy *policy, Threshold *out, Error *err)
{
    uint64_t number;
    Str word = options->fail_on;
    *out = (Threshold){.given = word.len > 0};
    if (!out->given)
        return true;
    if (str_to_u64(word, &number) && number <= 1000) {
        out->score = (int32_t)number;
        return true;
    }
    if (str_eq_fold(word, STR("UNKNOWN"))) {
        out->score = INT32_MAX; /* which nothing else meets */
        return true;
    }
    if (str_eq_fold(word, STR("NONE")))
        return true;
    for (size_t i = 0; i < policy->band_count; i++)
        if (str_eq_fold(policy->bands[i].name, word)) {
            out->score = policy->bands[i].from;
            return true;
        }
    return error_set(err, ERR_USAGE,
                     "--fail-on " STR_FMT
                     ": expected a level (LOW, MEDIUM, HIGH, SEVERE) or a score "
                     "from 0 to 1000",
                     STR_ARG(word));
}
