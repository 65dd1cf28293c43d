/* SPDX-License-Identifier: Apache-2.0 */
#include "report/summary.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/map.h"
#include "score/score.h"

Str tenths_str(Arena *arena, int64_t tenths)
{
    char text[24], *end = text + sizeof text;
    uint64_t value = tenths < 0 ? 0 - (uint64_t)tenths : (uint64_t)tenths;
    char *at = str_digits(end - 2, value / 10, 1);
    end[-2] = '.';
    end[-1] = (char)('0' + value % 10);
    if (tenths < 0)
        *--at = '-';
    return arena_str(arena, str_of(at, (size_t)(end - at)));
}

/* --- order and counts --- */

static int by_weight(const void *a, const void *b)
{
    const Finding *const *x = a, *const *y = b;
    if ((*x)->points != (*y)->points)
        return (*x)->points < (*y)->points ? 1 : -1;
    if ((*x)->severity != (*y)->severity)
        return (*x)->severity < (*y)->severity ? 1 : -1;
    int order = str_cmp((*x)->id, (*y)->id);
    return order ? order : finding_cmp(*x, *y);
}

static void findings_order(Arena *arena, const Result *result, Summary *out)
{
    out->order = arena_new_array(arena, const Finding *, result->findings.len + 1);
    out->masked = arena_new_array(arena, const Finding *, result->findings.len + 1);
    for (size_t i = 0; i < result->findings.len; i++) {
        const Finding *f = &result->findings.at[i];
        if (finding_is_masked(f, result->as_of)) {
            out->masked[out->masked_count++] = f;
            continue;
        }
        out->order[out->count++] = f;
        out->severities[f->severity]++;
        out->kev += f->kev.added != DATE_NONE || f->inputs.exploit[EXPLOIT_KEV];
    }
    out->hidden_count = out->masked_count + result->masked;
    if (out->count)
        qsort(out->order, out->count, sizeof *out->order, by_weight);
}

static double component_score(const Result *result, Str name)
{
    for (size_t i = 0; i < result->score.components.len; i++)
        if (str_eq(result->score.components.at[i].name, name))
            return result->score.components.at[i].score;
    return 0;
}

static int by_points(const void *a, const void *b)
{
    const Part *x = a, *y = b;
    if (x->points != y->points)
        return x->points < y->points ? 1 : -1;
    return str_cmp(x->name, y->name);
}

static void parts_add_up(Arena *arena, const Result *result, Summary *out)
{
    Map names;
    map_init(&names, arena);
    for (size_t i = 0; i < result->score.contributions.len; i++) {
        const Contribution *c = &result->score.contributions.at[i];
        void **place = map_get(&names, contribution_component(c));
        if (!*place) {
            Part *part = arena_new(arena, Part);
            part->name = contribution_component(c);
            part->score = component_score(result, part->name);
            *place = part;
        }
        Part *part = *place;
        part->points += c->points;
        part->count++;
    }
    for (size_t i = 0; i < map_len(&names); i++)
        *vec_push(arena, &out->parts) = *(const Part *)names.entries.at[i].value;
    if (out->parts.len)
        qsort(out->parts.at, out->parts.len, sizeof *out->parts.at, by_points);
}

static uint32_t finding_layer(const Result *result, const Finding *f)
{
    uint32_t layer = LAYER_NONE;
    for (size_t i = 0; i < f->packages.len; i++)
        if (result->inventory.packages.at[f->packages.at[i]].layer < layer)
            layer = result->inventory.packages.at[f->packages.at[i]].layer;
    for (size_t i = 0; f->packages.len == 0 && i < f->places.len; i++)
        if (f->places.at[i].layer < layer)
            layer = f->places.at[i].layer;
    return layer;
}

static void layers_tally(Arena *arena, const Result *result, Summary *out)
{
    for (size_t i = 0; i < result->inventory.subject.layers.len; i++)
        vec_push(arena, &out->layers);
    for (size_t i = 0; i < result->inventory.packages.len; i++)
        if (result->inventory.packages.at[i].layer < out->layers.len)
            out->layers.at[result->inventory.packages.at[i].layer].packages++;
    for (size_t i = 0; i < out->count; i++) {
        uint32_t layer = finding_layer(result, out->order[i]);
        if (layer >= out->layers.len)
            continue;
        out->layers.at[layer].findings++;
        out->layers.at[layer].points += out->order[i]->points;
    }
}

void summary_of(Arena *arena, const Result *result, Summary *out)
{
    *out = (Summary){.result = result};
    findings_order(arena, result, out);
    parts_add_up(arena, result, out);
    layers_tally(arena, result, out);
}

/* --- one finding in words --- */

static void word_add(Buf *buf, Str word)
{
    if (buf->len)
        buf_put(buf, STR(", "));
    buf_put(buf, word);
}

static void exploits_add(Buf *buf, const FindingInputs *inputs)
{
    static const Str words[EXPLOITS] = {
        [EXPLOIT_KEV] = STR_INIT("KEV"),
        [EXPLOIT_RANSOMWARE] = STR_INIT("ransomware"),
        [EXPLOIT_OTHER_KEV] = STR_INIT("exploited"),
        [EXPLOIT_METASPLOIT] = STR_INIT("Metasploit"),
        [EXPLOIT_NUCLEI] = STR_INIT("nuclei"),
        [EXPLOIT_POC] = STR_INIT("PoC"),
        [EXPLOIT_EXPLOITDB] = STR_INIT("Exploit-DB"),
    };
    for (size_t i = 0; i < EXPLOITS; i++)
        if (inputs->exploit[i])
            word_add(buf, words[i]);
}

Str finding_reason(Arena *arena, const Finding *f)
{
    Buf buf CLEANUP(buf_fini) = {0};
    const FindingInputs *inputs = &f->inputs;
    if (!finding_kind_is_cve(f->kind)) {
        buf_printf(&buf, STR_FMT " " STR_FMT, STR_ARG(severity_name(f->severity)),
                   STR_ARG(finding_kind_name(f->kind)));
        return arena_str(arena, buf_str(&buf));
    }
    exploits_add(&buf, inputs);
    if (inputs->known & INPUT_EPSS && inputs->epss >= 0.005)
        word_add(&buf, arena_printf(arena, "EPSS %.2f", inputs->epss));
    word_add(&buf, severity_name(f->severity));
    if (inputs->automatable)
        word_add(&buf, STR("automatable"));
    if (inputs->code != CODE_UNKNOWN && inputs->known & INPUT_CODE)
        word_add(&buf, code_state_name(inputs->code));
    return arena_str(arena, buf_str(&buf));
}

Str finding_effects(Arena *arena, const Result *result, const Policy *policy, const Finding *f)
{
    Buf buf CLEANUP(buf_fini) = {0};
    Hazard hazard;
    if (!policy)
        return (Str){0};
    finding_hazard(policy, &result->context, f->kind, &f->inputs, &hazard);
    for (size_t i = 0; i < hazard.effect_count; i++) {
        const AppliedEffect *effect = &hazard.effects[i];
        bool fix = str_eq(effect->property, STR("fix"));
        buf_printf(&buf, "%s%s" STR_FMT " x%g", i ? ", " : "; ", fix ? "fix " : "",
                   STR_ARG(effect->value), effect->multiplier);
    }
    return arena_str(arena, buf_str(&buf));
}

Str finding_where(Arena *arena, const Result *result, const Finding *f)
{
    if (f->packages.len > 0) {
        Str name = result->inventory.packages.at[f->packages.at[0]].name;
        size_t more = f->packages.len - 1;
        if (more == 0)
            return name;
        char digits[20], *end = digits + sizeof digits, *at = str_digits(end, more, 1);
        const Str parts[] = {name, STR(" +"), str_of(at, (size_t)(end - at))};
        return arena_concat(arena, parts, COUNT_OF(parts));
    }
    if (f->places.len == 0)
        return f->unit;
    const Place *place = &f->places.at[0];
    return place->line ? arena_printf(arena, STR_FMT ":%u", STR_ARG(place->path), place->line)
                       : place->path;
}

Str finding_installed(const Result *result, const Finding *f)
{
    return f->packages.len ? result->inventory.packages.at[f->packages.at[0]].version : (Str){0};
}

Str finding_fixed_in(const Finding *f)
{
    static const Str words[FINDING_STATUSES] = {
        [STATUS_WILL_NOT_FIX] = STR_INIT("will not be fixed"),
        [STATUS_DEFERRED] = STR_INIT("deferred"),
        [STATUS_END_OF_LIFE] = STR_INIT("end of life"),
        [STATUS_UNDER_INVESTIGATION] = STR_INIT("investigated"),
    };
    return f->fixed_in.len ? f->fixed_in.at[0] : words[f->status];
}

Str finding_due(Arena *arena, const Finding *f)
{
    bool kev = f->kev.added != DATE_NONE || f->inputs.exploit[EXPLOIT_KEV];
    Date due = f->deadline.date != DATE_NONE ? f->deadline.date : f->kev.due;
    Str day = date_str(arena, due);
    if (!kev)
        return day;
    return day.len ? arena_printf(arena, "KEV " STR_FMT, STR_ARG(day)) : STR("KEV");
}

/* --- contributions and fixes --- */

Str contribution_component(const Contribution *c)
{
    Str name, rest;
    str_cut(c->key, '/', &name, &rest);
    return name;
}

Str contribution_label(Arena *arena, const Result *result, const Contribution *c)
{
    if (c->finding < result->findings.len) {
        const Finding *f = &result->findings.at[c->finding];
        return f->unit.len == 0 || str_starts(f->id, f->unit)
                   ? f->id
                   : arena_printf(arena, STR_FMT " " STR_FMT, STR_ARG(f->id), STR_ARG(f->unit));
    }
    Str component = contribution_component(c);
    Str rest = str_from_pos(c->key, component.len + 1), name, more;
    if (!str_eq(component, STR("fixed")))
        return arena_printf(arena, STR_FMT ": " STR_FMT, STR_ARG(component), STR_ARG(rest));
    str_cut(rest, '/', &name, &more);
    return name;
}

Str contribution_reason(Arena *arena, const Result *result, const Policy *policy,
                        const Contribution *c)
{
    if (c->finding < result->findings.len) {
        const Finding *f = &result->findings.at[c->finding];
        return arena_join(arena, finding_reason(arena, f),
                          finding_effects(arena, result, policy, f));
    }
    return str_eq(contribution_component(c), STR("fixed")) ? STR("fixed increment")
                                                           : STR("comes from there");
}

static void names_put(Buf *buf, const StrVec *names, size_t most)
{
    for (size_t i = 0; i < names->len && i < most; i++)
        buf_printf(buf, "%s" STR_FMT, i ? ", " : " ", STR_ARG(names->at[i]));
    if (names->len > most)
        buf_printf(buf, " and %zu more", names->len - most);
}

Str fix_words(Arena *arena, const BestFix *fix)
{
    Buf buf CLEANUP(buf_fini) = {0};
    StrVec unit = {.at = (Str[]){fix->unit}, .len = 1};
    buf_put(&buf, fix->action.len ? fix->action : STR("fix"));
    /* What is upgraded is a package; what is changed or removed goes by its own name. */
    bool packages = finding_kind_is_cve(fix->kind) && fix->packages.len;
    names_put(&buf, packages ? &fix->packages : &unit, 4);
    if (fix->fixed_in.len)
        buf_put(&buf, STR(" to"));
    names_put(&buf, &fix->fixed_in, 2);
    return arena_str(arena, buf_str(&buf));
}

/* --- the card --- */

enum { OLD_DAYS = 30 };

bool data_is_old(const Result *result)
{
    Date built = result->database.built;
    return result->database.seed || built == DATE_NONE ||
           (result->as_of != DATE_NONE && result->as_of - built > OLD_DAYS);
}

Str data_words(Arena *arena, const Result *result)
{
    const DatabaseInfo *database = &result->database;
    Buf buf CLEANUP(buf_fini) = {0};
    if (database->version.len == 0 && database->built == DATE_NONE)
        return STR("no database");
    buf_put(&buf, database->seed ? STR("the seed that came with the program") : STR("database"));
    if (database->version.len)
        buf_printf(&buf, " " STR_FMT, STR_ARG(database->version));
    if (database->built == DATE_NONE)
        buf_put(&buf, STR(", of unknown age"));
    else
        buf_printf(&buf, ", built " STR_FMT, STR_ARG(date_str(arena, database->built)));
    int days = database->built == DATE_NONE || result->as_of == DATE_NONE
                   ? -1
                   : result->as_of - database->built;
    if (days >= 0)
        buf_printf(&buf, ", %d day%s old", days, days == 1 ? "" : "s");
    if (data_is_old(result))
        buf_put(&buf, STR("; run `assay db update`"));
    return arena_str(arena, buf_str(&buf));
}

Str os_words(Arena *arena, const Result *result)
{
    const OsRelease *os = &result->inventory.subject.os;
    Buf buf CLEANUP(buf_fini) = {0};
    if (os->id.len + os->name.len == 0)
        return STR("no operating system known");
    if (os->name.len)
        buf_put(&buf, os->name);
    else
        buf_printf(&buf, STR_FMT " " STR_FMT, STR_ARG(os->id), STR_ARG(os->version));
    Str day = date_str(arena, result->eol.date);
    if (!result->eol.known)
        buf_put(&buf, STR(", end of support not known"));
    else if (result->eol.extended)
        buf_put(&buf, STR(", only long-term support is left"));
    else
        buf_put(&buf, result->eol.past ? STR(", support has ended") : STR(", supported"));
    if (result->eol.known && day.len)
        buf_printf(&buf, " (end of life " STR_FMT ")", STR_ARG(day));
    return arena_str(arena, buf_str(&buf));
}

Str found_words(Arena *arena, const Summary *summary, bool severities)
{
    Buf buf CLEANUP(buf_fini) = {0};
    size_t packages = summary->result->inventory.packages.len;
    buf_printf(&buf, "%zu finding%s in %zu package%s", summary->count,
               summary->count == 1 ? "" : "s", packages, packages == 1 ? "" : "s");
    const char *before = ": ";
    for (size_t i = SEVERITIES; severities && i-- > 0;)
        if (summary->severities[i]) {
            buf_printf(&buf, "%s%zu " STR_FMT, before, summary->severities[i],
                       STR_ARG(severity_name((Severity)i)));
            before = ", ";
        }
    if (summary->kev && severities)
        buf_printf(&buf, "; %zu in KEV", summary->kev);
    if (summary->hidden_count)
        buf_printf(&buf, "; %zu masked, not counted", summary->hidden_count);
    return arena_str(arena, buf_str(&buf));
}

Str context_words(Arena *arena, const Result *result)
{
    Buf buf CLEANUP(buf_fini) = {0};
    const Context *context = &result->context;
    for (size_t i = 0; i < context->properties.len; i++) {
        const ContextProperty *property = &context->properties.at[i];
        buf_printf(&buf, "%s" STR_FMT, i ? ", " : "", STR_ARG(property->name));
        for (size_t k = 0; k < property->values.len; k++)
            buf_printf(&buf, "%s" STR_FMT, k ? "+" : " ", STR_ARG(property->values.at[k]));
        if (property->why.len)
            buf_printf(&buf, " (" STR_FMT ")", STR_ARG(property->why));
    }
    return buf.len ? arena_str(arena, buf_str(&buf)) : STR("nothing said: neutral");
}

Str unknown_words(const Result *result)
{
    if (result->score.known)
        return (Str){0};
    if (result->inventory.packages.len == 0)
        return STR("No package could be found, so there is no number. This does not mean that "
                   "there is nothing to find.");
    return STR("Too little could be examined to give a number. This does not mean that there is "
               "nothing to find.");
}
