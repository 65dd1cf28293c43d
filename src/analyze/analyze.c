/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/analyze.h"

#include "analyze/derive.h"
#include "analyze/reading.h"
#include "analyze/recall.h"
#include "base/progress.h"
#include "results/merge.h"
#include "scanners/builtin/eol.h"
#include "score/decision.h"
#include "score/score.h"

static bool inventory_of(const AnalyzeRequest *request, SourceInput *input, Arena *arena,
                         Inventory *out, Error *err)
{
    if (inventory_recall(request, input, arena, out))
        return true;
    *out = (Inventory){0};
    if (!source_complete(input, arena, err) ||
        !inventory_read(&request->cache, &request->limits, input, arena, out, err))
        return false;
    if (out->incomplete.len == 0) /* or more may be found the next time */
        inventory_keep(request, input, out);
    return true;
}

static bool locate(const AnalyzeRequest *request, Arena *arena, SourceInput *out, Error *err)
{
    progress_show("opening " STR_FMT, STR_ARG(request->target));
    return source_locate(request->target, request->platform, arena, out, err);
}

bool analyze_inventory(const AnalyzeRequest *request, Arena *arena, Inventory *out, Error *err)
{
    SourceInput input;
    if (!locate(request, arena, &input, err))
        return false;
    bool ok = inventory_of(request, &input, arena, out, err);
    source_close(&input);
    return ok;
}

/* Nothing found is known to be nothing only where packages were found at all. */
static void note_unknown(Arena *arena, Inventory *inventory)
{
    if (inventory->packages.len == 0)
        note_add(arena, &inventory->incomplete, inventory->subject.name,
                 STR("no package was found: what it holds is unknown"));
}

/* Of a result whose inventory is there. */
static bool conclude(const AnalyzeRequest *request, Arena *arena, Result *out, Error *err)
{
    FindingVec found = {0};
    EolState eol = {.date = DATE_NONE};
    const MatchOptions options = {.policy = request->policy,
                                  .as_of = request->as_of,
                                  .masked = request->masked ? NULL : &out->masked};
    database_info(request->db, arena, &out->database);
    note_unknown(arena, &out->inventory);
    context_derive(&out->inventory.subject, out->as_of, arena, &out->context);
    eol_match(&out->inventory, request->db, &options, arena, &eol, &found, &out->inventory.notes);
    builtin_match(&out->inventory, request->db, &options, arena, &found,
                  &out->inventory.incomplete);
    out->eol.known = eol.known;
    out->eol.past = eol.past;
    out->eol.extended = eol.extended;
    out->eol.date = eol.date;
    results_merge(request->policy, arena, &found, 1, &out->findings);
    findings_decide(request->policy, &out->context, out->as_of, arena, &out->findings);
    if (!score_result(request->policy, arena, out, err))
        return false;
    if (out->inventory.packages.len == 0)
        score_set_unknown(&out->score);
    return true;
}

static bool result_of(const AnalyzeRequest *request, SourceInput *input, Arena *arena, Result *out,
                      Error *err)
{
    if (result_recall(request, input, arena, out))
        return true;
    *out = (Result){.as_of = request->as_of, .context = request->context, .fixed = request->fixed};
    if (!inventory_of(request, input, arena, &out->inventory, err))
        return false;
    bool whole = out->inventory.incomplete.len == 0;
    if (!conclude(request, arena, out, err))
        return false;
    if (whole)
        result_keep(request, input, out);
    return true;
}

bool analyze_target(const AnalyzeRequest *request, Arena *arena, Result *out, Error *err)
{
    SourceInput input;
    if (!locate(request, arena, &input, err))
        return false;
    bool ok = result_of(request, &input, arena, out, err);
    source_close(&input);
    return ok;
}
