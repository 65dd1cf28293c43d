/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/analyze.h"

#include "analyze/derive.h"
#include "analyze/reading.h"
#include "analyze/worker.h"
#include "base/progress.h"
#include "inventory/wire.h"
#include "results/merge.h"
#include "scanners/builtin/eol.h"
#include "score/decision.h"
#include "score/score.h"

/* An engine names an image by its content, so a second look at it needs no child. The bytes behind
 * were not verified, so these entries serve the same engine's images only. */
static Str engine_key(Arena *arena, const SourceInput *input)
{
    return worker_cache_key(arena, "engine", input->image_id);
}

static bool recall(const AnalyzeRequest *request, const SourceInput *input, Arena *arena,
                   Inventory *out)
{
    Str bytes;
    if (input->image_id.len == 0 ||
        !cache_find(&request->cache, engine_key(arena, input), arena, &bytes) ||
        !inventory_decode(bytes, arena, &request->limits, out, NULL))
        return false;
    out->subject.name = input->name; /* one content, many tags */
    return true;
}

static void remember(const AnalyzeRequest *request, const SourceInput *input, Arena *arena,
                     const Inventory *inventory)
{
    Buf bytes CLEANUP(buf_fini) = {0};
    bool whole = inventory->incomplete.len == 0; /* or more may be found the next time */
    if (input->image_id.len == 0 || request->cache.dir.len == 0 || !whole)
        return;
    inventory_encode(inventory, &bytes);
    cache_put(&request->cache, engine_key(arena, input), buf_str(&bytes));
}

bool analyze_inventory(const AnalyzeRequest *request, Arena *arena, Inventory *out, Error *err)
{
    SourceInput input;
    progress_show("opening " STR_FMT, STR_ARG(request->target));
    if (!source_locate(request->target, request->platform, arena, &input, err))
        return false;
    bool ok = recall(request, &input, arena, out);
    if (!ok) {
        *out = (Inventory){0};
        ok = source_complete(&input, arena, err) &&
             inventory_read(&request->cache, &request->limits, &input, arena, out, err);
        if (ok)
            remember(request, &input, arena, out);
    }
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

bool analyze_target(const AnalyzeRequest *request, Arena *arena, Result *out, Error *err)
{
    FindingVec found = {0};
    EolState eol = {.date = DATE_NONE};
    const MatchOptions options = {.policy = request->policy,
                                  .as_of = request->as_of,
                                  .masked = request->masked ? NULL : &out->masked};
    *out = (Result){.as_of = request->as_of, .context = request->context, .fixed = request->fixed};
    if (!analyze_inventory(request, arena, &out->inventory, err))
        return false;
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
