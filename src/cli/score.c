/* SPDX-License-Identifier: Apache-2.0 */
#include "score/score.h"

#include <unistd.h>

#include "base/fd.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/output.h"
#include "cli/score_show.h"
#include "report/result_json.h"
#include "results/merge.h"
#include "score/decision.h"

static const uint64_t file_limit = UINT64_C(1) << 30;

static bool read_result(Str path, Arena *arena, Result *out, Error *err)
{
    Str text;
    bool ok = str_eq(path, STR("-"))
                  ? fd_read_all(STDIN_FILENO, STR("standard input"), file_limit, arena, &text, err)
                  : file_read(path, file_limit, arena, &text, err);
    if (!ok)
        return false;
    return result_read_json(text, arena, out, err) || error_within(err, STR_FMT, STR_ARG(path));
}

/* What --context says replaces what the file says, property by property. */
static void merge_context(Arena *arena, Context *into, const Context *said)
{
    for (size_t i = 0; i < said->properties.len; i++) {
        const ContextProperty *property = &said->properties.at[i];
        context_clear(into, property->name);
        for (size_t k = 0; k < property->values.len; k++)
            context_add(arena, into, property->name, property->values.at[k], (Str){0});
    }
}

/* Reports of one key become one finding, as in a scan. A masked one does not take others with it:
 * it stands beside what counts. */
static void findings_join(const Policy *policy, Date as_of, Arena *arena, FindingVec *findings)
{
    FindingVec lists[2] = {{0}}, joined[2] = {{0}}, all = {0};
    for (size_t i = 0; i < findings->len; i++) {
        const Finding *f = &findings->at[i];
        *vec_push(arena, &lists[finding_is_masked(f, as_of)]) = *f;
    }
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        results_merge(policy, arena, &lists[i], 1, &joined[i]);
    for (size_t a = 0, b = 0; a < joined[0].len || b < joined[1].len;) {
        bool first = b == joined[1].len ||
                     (a < joined[0].len && finding_cmp(&joined[0].at[a], &joined[1].at[b]) <= 0);
        *vec_push(arena, &all) = first ? joined[0].at[a++] : joined[1].at[b++];
    }
    *findings = all;
}

/* A mask that has ended no longer holds, and somebody should hear of it. */
static void note_ended_masks(Arena *arena, Result *result)
{
    for (size_t i = 0; i < result->findings.len; i++) {
        const Finding *f = &result->findings.at[i];
        if (f->mask.reason.len && !finding_is_masked(f, result->as_of))
            note_add(arena, &result->inventory.notes, finding_key(arena, f),
                     arena_printf(arena, "its mask (" STR_FMT ") ended on " STR_FMT ": it counts",
                                  STR_ARG(f->mask.reason),
                                  STR_ARG(date_str(arena, f->mask.until))));
    }
}

static bool rescore(const Options *options, const Policy *policy, Arena *arena, Result *result,
                    Error *err)
{
    Context context;
    StrVec fixed;
    if (!option_context(options, policy, arena, &context, &fixed, err))
        return false;
    merge_context(arena, &result->context, &context);
    if (fixed.len)
        result->fixed = fixed;
    if (options->as_of != DATE_NONE || result->as_of == DATE_NONE)
        result->as_of = option_as_of(options);
    if (!policy_context_check(policy, &result->context, err))
        return false;
    Vertical *v = &result->vertical;
    findings_join(policy, result->as_of, arena, &result->findings);
    findings_join(policy, result->as_of, arena, &v->host.findings);
    for (size_t i = 0; i < v->containers.len; i++)
        findings_join(policy, result->as_of, arena, &v->containers.at[i].findings);
    findings_decide(policy, &result->context, result->as_of, arena, &result->findings);
    note_ended_masks(arena, result);
    return score_result(policy, arena, result, err);
}

static const struct {
    Str word;
    bool (*show)(const Policy *policy, const Options *options, bool json, Arena *arena,
                 Result *result, Error *err);
} words[] = {
    {STR_INIT("explain"), score_explain},
    {STR_INIT("fix"), score_fix},
    {STR_INIT("whatif"), score_whatif},
};

static bool show(const Options *options, const Policy *policy, Arena *arena, Result *result,
                 Error *err)
{
    if (options->operands.len == 1)
        return outputs_write(options, policy, arena, result, err);
    bool json;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_eq(words[i].word, options->operands.at[1]))
            return print_begin(options, &json, err) &&
                   print_end(options, words[i].show(policy, options, json, arena, result, err),
                             err);
    return error_set(err, ERR_USAGE, STR_FMT ": expected explain, fix or whatif",
                     STR_ARG(options->operands.at[1]));
}

static bool run(const Options *options, Arena *arena, int *exit_code, Error *err)
{
    const Policy *policy;
    Threshold threshold;
    Result result = {0};
    if (options->operands.len == 0)
        return error_set(err, ERR_USAGE,
                         "expected a RESULT.json (or -), then explain, fix or "
                         "whatif");
    if (!outputs_check(options, arena, err) || !option_policy(options, arena, &policy, err) ||
        !option_threshold(options, policy, &threshold, err) ||
        !read_result(options->operands.at[0], arena, &result, err) ||
        !rescore(options, policy, arena, &result, err) ||
        !show(options, policy, arena, &result, err))
        return false;
    if (threshold.given && (!result.score.known || result.score.combined >= threshold.score))
        *exit_code = EXIT_THRESHOLD;
    else if (result.inventory.incomplete.len)
        *exit_code = EXIT_INCOMPLETE;
    return true;
}

static const OptionSpec *const tables[] = {options_report, options_data, NULL};
const Command command_score = {
    .name = "score",
    .summary = "score a result again: under another context or policy, explained, or as if fixed",
    .options = tables,
    .run = run,
};
