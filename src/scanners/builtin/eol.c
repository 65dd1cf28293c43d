/* SPDX-License-Identifier: Apache-2.0 */
#include "scanners/builtin/eol.h"

/* "12.5" is looked for as 12.5, then as 12: sources name releases by one, two or three numbers. */
static bool dates_find(const Database *db, Str product, Str version, EolDates *out)
{
    while (version.len) {
        if (database_eol(db, product, version, out))
            return true;
        size_t dot = str_rfind_char(version, '.');
        version = dot == STR_NONE ? (Str){0} : str_head(version, dot);
    }
    return false;
}

/* Whose extended support costs nothing; elsewhere the word means a contract. */
static bool has_free_lts(Str product)
{
    return str_eq(product, STR("debian")) || str_eq(product, STR("devuan"));
}

static EolState state_of(const EolDates *dates, Date as_of)
{
    EolState s = {.date = dates->eol};
    s.known = dates->eol != DATE_NONE || dates->ended;
    s.past = dates->ended || (dates->eol != DATE_NONE && dates->eol < as_of);
    s.extended = s.past && has_free_lts(dates->product) && dates->extended_eol != DATE_NONE &&
                 dates->extended_eol >= as_of;
    return s;
}

static Str title_of(const EolDates *dates, const EolState *s, Arena *arena)
{
    Str ended = s->date == DATE_NONE
                    ? STR("has ended")
                    : arena_printf(arena, "ended on " STR_FMT, STR_ARG(date_str(arena, s->date)));
    if (s->extended)
        return arena_printf(arena,
                            STR_FMT " " STR_FMT ": regular support " STR_FMT
                                    ", long-term support runs until " STR_FMT,
                            STR_ARG(dates->product), STR_ARG(dates->release), STR_ARG(ended),
                            STR_ARG(date_str(arena, dates->extended_eol)));
    return arena_printf(arena, STR_FMT " " STR_FMT ": all free support " STR_FMT,
                        STR_ARG(dates->product), STR_ARG(dates->release), STR_ARG(ended));
}

static Finding *finding_of(const EolDates *dates, const EolState *s, const MatchOptions *options,
                           Arena *arena, FindingVec *out)
{
    Str id = arena_printf(arena, "eol:" STR_FMT ":" STR_FMT, STR_ARG(dates->product),
                          STR_ARG(dates->release));
    for (size_t i = 0; i < out->len; i++)
        if (out->at[i].kind == KIND_CONFIG && str_eq(out->at[i].id, id))
            return &out->at[i];
    const Policy *policy = options->policy;
    double sure = policy->confidence[CONFIDENCE_BENCHMARK];
    Finding *f = vec_push(arena, out);
    f->kind = KIND_CONFIG;
    f->id = f->unit = arena_str(arena, id);
    f->title = title_of(dates, s, arena);
    f->status = STATUS_AFFECTED;
    f->epss.score = -1;
    f->epss.date = f->kev.added = f->kev.due = f->deadline.date = f->mask.until = DATE_NONE;
    f->inputs.level = s->extended ? policy->end_of_life_extended : policy->end_of_life_ended;
    f->inputs.known = INPUT_LEVEL;
    f->severity = severity_of_level(f->inputs.level);
    *vec_push(arena, &f->inputs.seen) = (SeenBy){STR("assay"), sure};
    *vec_push(arena, &f->evidence) = (Evidence){
        .scanner = STR("assay"), .confidence = sure, .why = f->title, .source = STR("eol")};
    return f;
}

static void judge_distro(const Inventory *inventory, const Database *db,
                         const MatchOptions *options, Arena *arena, EolState *state,
                         FindingVec *out, NoteVec *notes)
{
    const OsRelease *os = &inventory->subject.os;
    EolDates dates;
    bool found = dates_find(db, os->id, os->version, &dates) ||
                 (os->version.len == 0 && database_eol_codename(db, os->id, os->codename, &dates));
    if (!found && os->support_end != DATE_NONE && os->id.len)
        dates = (EolDates){.product = os->id,
                           .release = os->version,
                           .eol = os->support_end,
                           .extended_eol = DATE_NONE};
    else if (!found)
        return;
    *state = state_of(&dates, options->as_of);
    if (!state->past)
        return;
    finding_of(&dates, state, options, arena, out);
    if (!state->extended)
        note_add(arena, notes,
                 arena_printf(arena, STR_FMT " " STR_FMT, STR_ARG(dates.product),
                              STR_ARG(dates.release)),
                 STR("support has ended: new vulnerabilities may have no advisory, so that few "
                     "findings do not mean few vulnerabilities"));
}

/* Runtimes that name themselves beyond doubt. */
static const struct {
    PackageType type;
    Str name, product;
} runtimes[] = {
    {PACKAGE_GOLANG, STR_INIT("stdlib"), STR_INIT("go")},
    {PACKAGE_GENERIC, STR_INIT("node"), STR_INIT("nodejs")},
    {PACKAGE_GENERIC, STR_INIT("python"), STR_INIT("python")},
    {PACKAGE_GENERIC, STR_INIT("ruby"), STR_INIT("ruby")},
    {PACKAGE_GENERIC, STR_INIT("php"), STR_INIT("php")},
    {PACKAGE_GENERIC, STR_INIT("perl"), STR_INIT("perl")},
    {PACKAGE_BITNAMI, STR_INIT("node"), STR_INIT("nodejs")},
    {PACKAGE_BITNAMI, STR_INIT("python"), STR_INIT("python")},
    {PACKAGE_BITNAMI, STR_INIT("ruby"), STR_INIT("ruby")},
    {PACKAGE_BITNAMI, STR_INIT("php"), STR_INIT("php")},
};

static bool is_runtime(const Package *p, Str *product)
{
    for (size_t i = 0; i < COUNT_OF(runtimes); i++)
        if (runtimes[i].type == p->type && str_eq(runtimes[i].name, p->name)) {
            *product = runtimes[i].product;
            return p->owner == PACKAGE_NONE;
        }
    return false;
}

void eol_match(const Inventory *inventory, const Database *db, const MatchOptions *options,
               Arena *arena, EolState *state, FindingVec *out, NoteVec *notes)
{
    FindingVec found = {0};
    *state = (EolState){.date = DATE_NONE};
    judge_distro(inventory, db, options, arena, state, &found, notes);
    for (uint32_t i = 0; i < inventory->packages.len; i++) {
        const Package *p = &inventory->packages.at[i];
        Str product;
        EolDates dates;
        if (!is_runtime(p, &product) || !dates_find(db, product, p->version, &dates))
            continue;
        EolState ends = state_of(&dates, options->as_of);
        if (ends.past)
            *vec_push(arena, &finding_of(&dates, &ends, options, arena, &found)->packages) = i;
    }
    for (size_t i = 0; i < found.len; i++)
        *vec_push(arena, out) = found.at[i];
}
