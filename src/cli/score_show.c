/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/score_show.h"

#include <stdio.h>

#include "base/json_out.h"
#include "cli/db.h"
#include "score/score.h"

static void print_buf(const Buf *buf)
{
    printf(STR_FMT "\n", STR_ARG(buf_str(buf)));
}

static void print_total(const Score *score)
{
    if (!score->known)
        puts("UNKNOWN: nothing that could be scored was found");
    else
        printf("%d of 1000, " STR_FMT " (exact %d.%d)\n", score->combined, STR_ARG(score->level),
               score->exact / 10, score->exact % 10);
}

static Str effects_str(Arena *arena, const Hazard *hazard)
{
    Str out = {0};
    for (size_t i = 0; i < hazard->effect_count; i++)
        out = arena_printf(arena, STR_FMT "; " STR_FMT " " STR_FMT " x%g", STR_ARG(out),
                           STR_ARG(hazard->effects[i].property), STR_ARG(hazard->effects[i].value),
                           hazard->effects[i].multiplier);
    return out;
}

static void print_contribution(const Policy *policy, const Result *result, const Contribution *c,
                               Arena *arena)
{
    Hazard hazard;
    if (c->finding == UINT32_MAX) {
        db_print_line("%6.1f  " STR_FMT, c->points / 10.0, STR_ARG(c->key));
        return;
    }
    const Finding *f = &result->findings.at[c->finding];
    finding_hazard(policy, &result->context, f->kind, &f->inputs, &hazard);
    db_print_line("%6.1f  " STR_FMT "  likelihood %.4f, impact %.3f, confidence %.3f: %.5f nats"
                  " x%g" STR_FMT,
                  c->points / 10.0, STR_ARG(c->key), hazard.likelihood, hazard.impact,
                  hazard.confidence, hazard.base, hazard.weight * hazard.multiplier,
                  STR_ARG(effects_str(arena, &hazard)));
}

static void put_contribution(JsonOut *o, const Policy *policy, const Result *result,
                             const Contribution *c)
{
    Hazard hazard;
    json_put_object(o);
    json_field_str(o, "key", c->key);
    json_field_fixed(o, "points", c->points / 10.0, 1);
    json_field_int(o, "nanonats", c->nanonats);
    if (c->finding != UINT32_MAX) {
        const Finding *f = &result->findings.at[c->finding];
        finding_hazard(policy, &result->context, f->kind, &f->inputs, &hazard);
        json_field_fixed(o, "likelihood", hazard.likelihood, 6);
        json_field_fixed(o, "impact", hazard.impact, 6);
        json_field_fixed(o, "confidence", hazard.confidence, 6);
        json_field_fixed(o, "base_nats", hazard.base, 9);
        json_field_fixed(o, "weight", hazard.weight, 6);
        json_field_fixed(o, "modified_weight", hazard.weight * hazard.multiplier, 6);
        json_put_key(o, "context");
        json_put_array(o);
        for (size_t i = 0; i < hazard.effect_count; i++) {
            json_put_object(o);
            json_field_str(o, "property", hazard.effects[i].property);
            json_field_str(o, "value", hazard.effects[i].value);
            json_field_fixed(o, "multiplier", hazard.effects[i].multiplier, 6);
            json_put_end(o, '}');
        }
        json_put_end(o, ']');
    }
    json_put_end(o, '}');
}

static bool named(const Contribution *c, const Result *result, Str word)
{
    if (word.len == 0 || str_eq(c->key, word))
        return true;
    if (c->finding == UINT32_MAX)
        return false;
    const Finding *f = &result->findings.at[c->finding];
    return str_eq(f->id, word) || str_eq(f->unit, word);
}

bool score_explain(const Policy *policy, const Options *options, bool json, Arena *arena,
                   Result *result, Error *err)
{
    Buf buf CLEANUP(buf_fini) = {0};
    JsonOut o;
    size_t shown = 0;
    Str word = options->operands.len > 2 ? options->operands.at[2] : (Str){0};
    json_out_init(&o, &buf, 2);
    json_put_array(&o);
    if (!json)
        print_total(&result->score);
    for (size_t i = 0; i < result->score.contributions.len; i++) {
        const Contribution *c = &result->score.contributions.at[i];
        if (!named(c, result, word))
            continue;
        shown++;
        if (json)
            put_contribution(&o, policy, result, c);
        else
            print_contribution(policy, result, c, arena);
    }
    json_put_end(&o, ']');
    if (word.len && shown == 0)
        return error_set(err, ERR_ABSENT,
                         STR_FMT ": no finding that counts has this key, id or "
                                 "unit",
                         STR_ARG(word));
    if (json)
        print_buf(&buf);
    return true;
}

static void put_fix(JsonOut *o, const BestFix *fix)
{
    json_put_object(o);
    json_field_str(o, "kind", finding_kind_name(fix->kind));
    json_field_str(o, "eco", fix->eco);
    json_field_str(o, "unit", fix->unit);
    json_field_str(o, "action", fix->action);
    json_put_key(o, "packages");
    db_put_strings(o, &fix->packages);
    json_put_key(o, "fixed_in");
    db_put_strings(o, &fix->fixed_in);
    json_field_int(o, "score_after", fix->score_after);
    json_put_end(o, '}');
}

bool score_fix(const Policy *policy, const Options *options, bool json, Arena *arena,
               Result *result, Error *err)
{
    (void)policy, (void)arena;
    uint64_t most = SCORE_BEST_FIXES;
    Buf buf CLEANUP(buf_fini) = {0};
    JsonOut o;
    if (options->operands.len > 2 && !str_to_u64(options->operands.at[2], &most))
        return error_set(err, ERR_USAGE, "fix " STR_FMT ": expected a number",
                         STR_ARG(options->operands.at[2]));
    json_out_init(&o, &buf, 2);
    json_put_array(&o);
    if (!json)
        print_total(&result->score);
    for (size_t i = 0; i < result->score.best_fixes.len && i < most; i++) {
        const BestFix *fix = &result->score.best_fixes.at[i];
        put_fix(&o, fix);
        if (!json)
            db_print_line("%5d  " STR_FMT " " STR_FMT "%s" STR_FMT, fix->score_after,
                          STR_ARG(fix->action), STR_ARG(fix->unit), fix->fixed_in.len ? " to " : "",
                          STR_ARG(fix->fixed_in.len ? fix->fixed_in.at[0] : (Str){0}));
    }
    json_put_end(&o, ']');
    if (json)
        print_buf(&buf);
    return true;
}

static bool add_unit(const Result *result, Str unit, Arena *arena, BestFix *fixes, size_t cap,
                     size_t *count)
{
    size_t before = *count;
    (void)arena;
    for (size_t i = 0; i < result->findings.len && *count < cap; i++) {
        const Finding *f = &result->findings.at[i];
        if (str_eq(f->unit, unit) || str_eq(f->id, unit))
            fixes[(*count)++] = (BestFix){.kind = f->kind, .eco = f->eco, .unit = f->unit};
    }
    return *count > before;
}

/* Words with '=' are context, others units to act on. */
static bool take_words(const Policy *policy, const Options *options, Arena *arena, Result *result,
                       BestFix *fixes, size_t cap, size_t *count, Error *err)
{
    for (size_t i = 2; i < options->operands.len; i++) {
        Str word = options->operands.at[i], key, value;
        if (str_cut(word, '=', &key, &value)) {
            context_set(arena, &result->context, key, value, (Str){0});
        } else if (!add_unit(result, word, arena, fixes, cap, count)) {
            return error_set(err, ERR_ABSENT, STR_FMT ": no finding has this unit or id",
                             STR_ARG(word));
        }
    }
    return policy_context_check(policy, &result->context, err);
}

bool score_whatif(const Policy *policy, const Options *options, bool json, Arena *arena,
                  Result *result, Error *err)
{
    Buf buf CLEANUP(buf_fini) = {0};
    JsonOut o;
    const Score before = result->score;
    size_t count = 0, cap = options->operands.len * (result->findings.len + 1);
    BestFix *fixes = arena_new_array(arena, BestFix, cap);
    if (options->operands.len < 3)
        return error_set(err, ERR_USAGE,
                         "whatif: expected packages or checks to fix, or KEY=VALUE");
    if (!take_words(policy, options, arena, result, fixes, cap, &count, err))
        return false;
    result->findings = score_findings_after(policy, &result->findings, fixes, count, arena);
    if (!score_result(policy, arena, result, err))
        return false;
    if (!json) {
        printf("now    ");
        print_total(&before);
        printf("then   ");
        print_total(&result->score);
        return true;
    }
    json_out_init(&o, &buf, 2);
    json_put_object(&o);
    json_field_int(&o, "before", before.combined);
    json_field_int(&o, "after", result->score.combined);
    json_field_fixed(&o, "before_exact", before.exact / 10.0, 1);
    json_field_fixed(&o, "after_exact", result->score.exact / 10.0, 1);
    json_field_str(&o, "level", result->score.level);
    json_put_end(&o, '}');
    print_buf(&buf);
    return true;
}
