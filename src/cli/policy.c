/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

#include <stdio.h>

#include "base/fd.h"
#include "cli/command.h"
#include "cli/context.h"

static bool check(const Options *options, Arena *arena, Error *err)
{
    const Policy *policy;
    Options named = *options;
    if (options->operands.len == 2)
        named.policy = options->operands.at[1];
    if (!option_policy(&named, arena, &policy, err))
        return false;
    printf(STR_FMT "\n", STR_ARG(policy->hash));
    return true;
}

static bool show(const Options *options, Arena *arena, Error *err)
{
    const Policy *policy;
    Buf buf CLEANUP(buf_fini) = {0};
    Output output = options->outputs.len ? options->outputs.at[0] : (Output){0};
    Str format = output.format.len     ? output.format
                 : options->policy.len ? STR("json")
                                       : STR("toml");
    bool text = str_eq(format, STR("toml")) && options->policy.len == 0;
    if (!text && !str_eq(format, STR("json")))
        return error_set(err, ERR_USAGE,
                         "--format " STR_FMT ": expected json (or, of the default policy, toml)",
                         STR_ARG(format));
    if (!option_policy(options, arena, &policy, err))
        return false;
    if (text)
        buf_put(&buf, policy_default_text());
    else
        policy_write_json(policy, 2, &buf);
    if (!text)
        buf_put_char(&buf, '\n');
    if (output.file.len)
        return file_write_atomic(output.file, buf_str(&buf), err);
    fwrite(buf.ptr, 1, buf.len, stdout);
    return true;
}

static bool run(const Options *options, Arena *arena, int *exit_code, Error *err)
{
    (void)exit_code;
    const StrVec *words = &options->operands;
    if (words->len >= 1 && words->len <= 2 && str_eq(words->at[0], STR("check")))
        return check(options, arena, err);
    if (words->len == 1 && str_eq(words->at[0], STR("show")))
        return show(options, arena, err);
    return error_set(err, ERR_USAGE, "expected check [FILE], or show");
}

static const OptionSpec *const tables[] = {options_report, options_data, NULL};
const Command command_policy = {
    .name = "policy",
    .summary = "check a policy file, or show every number of the score",
    .options = tables,
    .run = run,
};
