/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/analyze.h"
#include "base/progress.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/output.h"
#include "cli/places.h"

static int exit_code_of(const Result *result, const Threshold *threshold)
{
    bool met =
        threshold->given && (!result->score.known || result->score.combined >= threshold->score);
    if (met)
        return EXIT_THRESHOLD;
    return result->inventory.incomplete.len ? EXIT_INCOMPLETE : EXIT_DONE;
}

static bool request_make(const Options *options, Arena *arena, AnalyzeRequest *out,
                         Threshold *threshold, Error *err)
{
    *out = (AnalyzeRequest){.target = options->operands.at[0],
                            .platform = options->platform,
                            .limits = LIMITS_DEFAULT,
                            .as_of = option_as_of(options)};
    if (!options->no_cache)
        out->cache = place_layers(arena, options);
    if (!outputs_check(options, arena, err))
        return false;
    out->masked = outputs_masked(options);
    return option_policy(options, arena, &out->policy, err) &&
           option_context(options, out->policy, arena, &out->context, &out->fixed, err) &&
           option_threshold(options, out->policy, threshold, err);
}

static bool run(const Options *options, Arena *arena, int *exit_code, Error *err)
{
    AnalyzeRequest request;
    Threshold threshold;
    Database *db = NULL;
    Result result = {0};
    if (options->operands.len != 1)
        return error_set(err, ERR_USAGE, "expected one TARGET");
    if (!request_make(options, arena, &request, &threshold, err) ||
        !place_open_database(options, arena, &db, err))
        return false;
    request.db = db;
    progress_enable(!options->quiet && !options->no_progress);
    bool ok = analyze_target(&request, arena, &result, err);
    progress_clear();
    ok = ok && outputs_write(options, request.policy, arena, &result, err);
    if (ok)
        *exit_code = exit_code_of(&result, &threshold);
    database_close(db);
    return ok;
}

static const OptionSpec *const tables[] = {options_report, options_data, NULL};
const Command command_scan = {
    .name = "scan",
    .summary = "assess an image or a root file system: one score, why, and what to fix first",
    .options = tables,
    .run = run,
};
