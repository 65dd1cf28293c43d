/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/analyze.h"

#include "analyze/derive.h"
#include "analyze/reading.h"
#include "analyze/recall.h"
#include "base/progress.h"
#include "inventory/wire.h"
#include "results/merge.h"
#include "scanners/builtin/eol.h"
#include "score/decision.h"
#include "score/score.h"

/* What nobody knows yet. */
static bool inventory_make(const AnalyzeRequest *request, SourceInput *input, Arena *arena,
                           Inventory *out, InventoryMark *mark, Error *err)
{
    *out = (Inventory){0};
    *mark = (InventoryMark){0};
    if (!source_complete(input, arena, err) ||
        !inventory_read(&request->cache, &request->limits, input, arena, out, err))
        return false;
    if (out->incomplete.len == 0) /* or more may be found the next time */
        inventory_keep(request, input, out, mark);
    return true;
}

bool analyze_inventory(const AnalyzeRequest *request, Arena *arena, Inventory *out, Error *err)
{
    SourceInput input;
    progress_show("opening " STR_FMT, STR_ARG(request->target));
    if (!source_locate(request->target, request->platform, arena, &input, err))
        return false;
    InventoryMark mark;
    bool ok = inventory_recall(request, &input, arena, out, &mark) ||
              inventory_make(request, &input, arena, out, &mark, err);
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

static bool finish(const AnalyzeRequest *request, const SourceInput *input,
                   const InventoryMark *mark, Arena *arena, Result *out, Error *err)
{
    bool whole = out->inventory.incomplete.len == 0;
    bool ok = conclude(request, arena, out, err) && !inventory_is_damaged(&out->inventory);
    inventory_forget_symbols(&out->inventory);
    if (ok && whole)
        result_keep(request, input, mark, arena, out);
    return ok;
}

static Result begin(const AnalyzeRequest *request)
{
    return (Result){.as_of = request->as_of, .context = request->context, .fixed = request->fixed};
}

/* Of what was read before. */
static bool result_known(const AnalyzeRequest *request, const SourceInput *input, Arena *arena,
                         Result *out)
{
    InventoryMark mark;
    Mapping symbols CLEANUP(mapping_close) = {0};
    *out = begin(request);
    return inventory_recall(request, input, arena, &out->inventory, &mark) &&
           (result_recall(request, input, &mark, arena, out) ||
            (symbols_recall(request, input, arena, &symbols, &out->inventory) &&
             finish(request, input, &mark, arena, out, NULL)));
}

static bool result_of(const AnalyzeRequest *request, SourceInput *input, Arena *arena, Result *out,
                      Error *err)
{
    InventoryMark mark;
    if (result_known(request, input, arena, out))
        return true;
    *out = begin(request);
    return inventory_make(request, input, arena, &out->inventory, &mark, err) &&
           finish(request, input, &mark, arena, out, err);
}

/* What the engine said the last time, and would say again. */
static bool result_unasked(const AnalyzeRequest *request, const SourceQuestion *question,
                           Arena *arena, Result *out)
{
    SourceInput input;
    return image_recall(request, question, arena, &input) &&
           source_stands(question, input.evidence, arena) &&
           result_known(request, &input, arena, out);
}

/* While the engine looks up what the name stands for, the result of what it stood for the last time is
 * had: most often it still does, and an answer takes an engine as long as that. */
static bool result_asked(const AnalyzeRequest *request, SourceQuestion *question, Arena *arena,
                         Result *out, Error *err)
{
    SourceInput guess, input;
    bool guessed =
        image_recall(request, question, arena, &guess) && result_known(request, &guess, arena, out);
    if (!source_answer(question, arena, &input, err))
        return false;
    bool same =
        guessed && str_eq(guess.image_id, input.image_id) && str_eq(guess.socket, input.socket);
    bool ok = same || result_of(request, &input, arena, out, err);
    if (ok && !(same && str_eq(guess.evidence, input.evidence)))
        image_keep(request, &input);
    source_close(&input);
    return ok;
}

bool analyze_target(const AnalyzeRequest *request, Arena *arena, Result *out, Error *err)
{
    SourceInput input;
    SourceQuestion question;
    progress_show("opening " STR_FMT, STR_ARG(request->target));
    if (source_is_image(request->target, request->platform, arena, &question)) {
        if (result_unasked(request, &question, arena, out))
            return true;
        if (source_ask(&question, arena))
            return result_asked(request, &question, arena, out, err);
    }
    if (!source_locate(request->target, request->platform, arena, &input, err))
        return false;
    bool ok = result_of(request, &input, arena, out, err);
    source_close(&input);
    return ok;
}
