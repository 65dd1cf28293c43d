/* SPDX-License-Identifier: Apache-2.0 */
#include "scanners/builtin/describe.h"

#include <stdlib.h>

/* How sure a match is, before the doubt about what the package is. */
static double confidence_of(const Claim *claim, const Verdict *verdict)
{
    const Question *q = claim->question;
    const double *confidence = claim->options->policy->confidence;
    if (str_starts(q->name, STR("*:")))
        return confidence[CONFIDENCE_CPE];
    if (package_type_is_os(q->eco->type))
        return confidence[CONFIDENCE_ADVISORY];
    return confidence[verdict->listed ? CONFIDENCE_VERSION : CONFIDENCE_RANGE];
}

static const Package *package_at(const Inventory *inventory, const Question *q, size_t i)
{
    return &inventory->packages.at[q->packages.at[i]];
}

/* "libcrypto3, libssl3"; a long list is cut, the finding has them all. */
static Str package_names(const Inventory *inventory, const Question *q, Arena *arena)
{
    Str names = {0};
    size_t count = q->packages.len, shown = count > 4 ? 3 : count;
    for (size_t i = 0; i < shown; i++)
        names = i ? arena_printf(arena, STR_FMT ", " STR_FMT, STR_ARG(names),
                                 STR_ARG(package_at(inventory, q, i)->name))
                  : package_at(inventory, q, i)->name;
    return shown < count
               ? arena_printf(arena, STR_FMT " and %zu more", STR_ARG(names), count - shown)
               : names;
}

/* "source package openssl of libcrypto3, libssl3; lib/apk/db/installed" */
Str question_where(const Inventory *inventory, const Question *q, Arena *arena)
{
    const Package *first = package_at(inventory, q, 0);
    Str names = package_names(inventory, q, arena);
    Str path = first->paths.len ? first->paths.at[0] : STR("path not known");
    if (str_starts(q->name, STR("*:")))
        return arena_printf(arena,
                            STR_FMT ", matched by artifact alone: its group is not known; " STR_FMT,
                            STR_ARG(names), STR_ARG(path));
    if (package_type_is_os(q->eco->type) && !str_eq(first->source_name, first->name))
        return arena_printf(arena, "source package " STR_FMT " of " STR_FMT "; " STR_FMT,
                            STR_ARG(q->unit), STR_ARG(names), STR_ARG(path));
    return arena_printf(arena, STR_FMT "; " STR_FMT, STR_ARG(names), STR_ARG(path));
}

static Str range_of(const Claim *claim, const Hit *hit, Arena *arena)
{
    Str version = claim->question->version;
    const Verdict *v = &hit->verdict;
    const Str listed = v->listed ? STR("listed: ") : (Str){0};
    const Str locked = v->locked ? STR(" (fixed for subscribers only)") : (Str){0};
    const Str fixed[] = {listed, version, STR(" < "), v->fixed, locked};
    const Str last[] = {version, STR(" <= "), v->last};
    const Str open[] = {version, v->listed ? STR(" is listed") : STR(", no fix is known")};
    if (v->fixed.len)
        return arena_concat(arena, fixed, COUNT_OF(fixed));
    if (v->last.len)
        return arena_concat(arena, last, COUNT_OF(last));
    return arena_concat(arena, open, COUNT_OF(open));
}

static void add_evidence(const Claim *claim, const Hit *hit, Arena *arena, Arena *brief,
                         Finding *out)
{
    const Question *q = claim->question;
    Evidence e = {.scanner = STR("assay"),
                  .confidence = confidence_of(claim, &hit->verdict) * q->confidence};
    Str range = range_of(claim, hit, brief);
    const Str why[] = {range, STR("; "), claim->where};
    const Str source[] = {hit->advisory->feed, STR(" "), hit->advisory->record};
    e.why = arena_concat(arena, why, COUNT_OF(why));
    e.source = arena_concat(arena, source, COUNT_OF(source));
    *vec_push(arena, &out->evidence) = e;
    if (out->inputs.seen.len == 0) {
        vec_reserve(arena, &out->inputs.seen, 1);
        *vec_push(arena, &out->inputs.seen) = (SeenBy){.scanner = e.scanner};
    }
    SeenBy *seen = &out->inputs.seen.at[0];
    if (e.confidence > seen->confidence)
        seen->confidence = e.confidence;
}

/* In `fixed_in`, what ends a range that holds the version comes first, the lowest first; then the
 * fixes of other branches that lie above it (rules 48 and 76). */
typedef struct Fix {
    Str version;
    bool own; /* of the installed branch */
} Fix;
typedef Vec(Fix) FixVec;

static void fix_add(const Question *q, Arena *arena, FixVec *fixes, Str version, bool own)
{
    size_t at = 0;
    for (size_t i = 0; i < fixes->len; i++) {
        if (question_compare(q, fixes->at[i].version, version) == VERSION_EQUAL) {
            own = own || fixes->at[i].own;
            for (; i + 1 < fixes->len; i++)
                fixes->at[i] = fixes->at[i + 1];
            fixes->len--;
        }
    }
    while (at < fixes->len &&
           (fixes->at[at].own != own ? fixes->at[at].own
                                     : question_compare(q, fixes->at[at].version, version) < 0))
        at++;
    vec_push(arena, fixes);
    for (size_t i = fixes->len - 1; i > at; i--)
        fixes->at[i] = fixes->at[i - 1];
    fixes->at[at] = (Fix){version, own};
}

static void add_fixes(const Claim *claim, Arena *arena, Arena *brief, Finding *out)
{
    const Question *q = claim->question;
    FixVec fixes = {0};
    for (size_t i = 0; i < claim->count; i++) {
        const Hit *hit = &claim->hits[i];
        if (hit->verdict.locked)
            continue;
        if (hit->verdict.fixed.len)
            fix_add(q, brief, &fixes, hit->verdict.fixed, true);
        for (size_t k = 0; k < hit->advisory->ranges.len; k++) {
            Str fixed = hit->advisory->ranges.at[k].fixed;
            if (fixed.len && q->eco->type != PACKAGE_RPM &&
                question_compare(q, fixed, q->version) > 0)
                fix_add(q, brief, &fixes, fixed, false);
        }
    }
    vec_reserve(arena, &out->fixed_in, fixes.len);
    for (size_t i = 0; i < fixes.len; i++)
        *vec_push(arena, &out->fixed_in) = fixes.at[i].version;
}

/* How much a statement says: that nothing will be done says more than that something is wrong. */
static int status_weight(FindingStatus s)
{
    if (s == STATUS_UNKNOWN || s == STATUS_UNDER_INVESTIGATION)
        return s == STATUS_UNKNOWN ? 0 : 1;
    return s == STATUS_AFFECTED ? 2 : 3;
}

/* A fix that exists overrides "will not be fixed", which was said before it (rule 7). */
static FindingStatus status_of(const Claim *claim, bool fixed)
{
    FindingStatus status = STATUS_UNKNOWN;
    for (size_t i = 0; i < claim->count; i++)
        if (status_weight(claim->hits[i].advisory->status) > status_weight(status))
            status = claim->hits[i].advisory->status;
    return fixed || status == STATUS_UNKNOWN ? STATUS_AFFECTED : status;
}

static int str_order(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static void add_name(Arena *arena, StrVec *names, Str name, Str id)
{
    if (name.len && !str_eq(name, id))
        *vec_push(arena, names) = name;
}

static void add_aliases(const Claim *claim, Arena *arena, Finding *out)
{
    StrVec *names = &out->aliases;
    vec_reserve(arena, names,
                claim->count + (claim->vulnerability ? claim->vulnerability->aliases.len : 0));
    for (size_t i = 0; i < claim->count; i++)
        add_name(arena, names, claim->hits[i].advisory->record, out->id);
    for (size_t i = 0; claim->vulnerability && i < claim->vulnerability->aliases.len; i++)
        add_name(arena, names, claim->vulnerability->aliases.at[i], out->id);
    if (names->len < 2)
        return;
    qsort(names->at, names->len, sizeof *names->at, str_order);
    size_t kept = 1;
    for (size_t i = 1; i < names->len; i++)
        if (!str_eq(names->at[i], names->at[kept - 1]))
            names->at[kept++] = names->at[i];
    names->len = kept;
}

static void set_exploits(const Vulnerability *v, FindingInputs *in)
{
    for (int e = 0; e < EXPLOITS; e++)
        in->exploit[e] = v->exploit[e];
    in->exploit[EXPLOIT_KEV] |= v->kev_added != DATE_NONE;
    in->exploit[EXPLOIT_OTHER_KEV] |= str_eq_fold(v->ssvc_exploitation, STR("active"));
    for (unsigned e = 0; e < EXPLOITS; e++)
        in->known |= (unsigned)INPUT_EXPLOIT << e;
}

static void enrich(const Claim *claim, Arena *arena, Finding *out)
{
    const Vulnerability *v = claim->vulnerability;
    FindingInputs *in = &out->inputs;
    out->title = v->title;
    out->disputed = v->disputed;
    vec_reserve(arena, &out->cwes, v->cwes.len);
    for (size_t i = 0; i < v->cwes.len; i++)
        *vec_push(arena, &out->cwes) = v->cwes.at[i];
    out->kev.added = v->kev_added;
    out->kev.due = v->kev_due;
    out->kev.ransomware = v->exploit[EXPLOIT_RANSOMWARE];
    out->ssvc.exploitation = v->ssvc_exploitation;
    out->ssvc.automatable = v->ssvc_automatable;
    out->ssvc.technical_impact = v->ssvc_technical_impact;
    if (v->epss >= 0) {
        out->epss.score = in->epss = v->epss;
        out->epss.percentile = v->epss_percentile;
        out->epss.date = v->epss_date;
        in->known |= INPUT_EPSS;
    }
    if (v->published != DATE_NONE && claim->options->as_of != DATE_NONE) {
        in->age = claim->options->as_of > v->published ? claim->options->as_of - v->published : 0;
        in->known |= INPUT_AGE;
    }
    if (v->ssvc_automatable.len) {
        in->automatable = str_eq_fold(v->ssvc_automatable, STR("yes"));
        in->known |= INPUT_AUTOMATABLE;
    }
    set_exploits(v, in);
}

static void set_inputs(Finding *out)
{
    FindingInputs *in = &out->inputs;
    if (out->severity != SEVERITY_UNKNOWN) {
        in->severity = out->severity;
        in->known |= INPUT_SEVERITY;
    }
    in->av = '?';
    if (out->cvss.version.len) {
        in->cvss = out->cvss.score;
        in->known |= INPUT_CVSS;
        in->av = out->cvss.av;
        if (in->av != '?' && in->av != 0)
            in->known |= INPUT_AV;
    }
    in->code = CODE_UNKNOWN;
    in->fix = out->fixed_in.len ? FIX_AVAILABLE
              : out->status == STATUS_WILL_NOT_FIX || out->status == STATUS_END_OF_LIFE
                  ? FIX_WONTFIX
                  : FIX_NONE;
    in->known |= INPUT_FIX;
}

static bool is_absent(const Claim *claim)
{
    for (size_t i = 0; i < claim->count; i++)
        if (claim->hits[i].verdict.answer != ANSWER_ABSENT)
            return false;
    return true;
}

void finding_describe(const Claim *claim, Arena *arena, Arena *brief, Finding *out)
{
    const Question *q = claim->question;
    const Advisory *first = claim->hits[0].advisory;
    *out = (Finding){.kind = first->malware ? KIND_MALWARE : KIND_CVE,
                     .id = first->malware ? first->record : first->id,
                     .eco = q->eco->name,
                     .unit = q->unit,
                     .epss = {.score = -1, .date = DATE_NONE},
                     .kev = {.added = DATE_NONE, .due = DATE_NONE},
                     .deadline = {.date = DATE_NONE},
                     .mask = {.until = DATE_NONE}};
    out->packages.at = q->packages.at; /* all findings of a question share the list */
    out->packages.len = out->packages.cap = q->packages.len;
    vec_reserve(arena, &out->evidence, claim->count);
    for (size_t i = 0; i < claim->count; i++)
        add_evidence(claim, &claim->hits[i], arena, brief, out);
    add_fixes(claim, arena, brief, out);
    out->status = status_of(claim, out->fixed_in.len > 0);
    add_aliases(claim, arena, out);
    if (claim->vulnerability)
        enrich(claim, arena, out);
    if (out->kind == KIND_MALWARE) {
        out->inputs.level = LEVEL_CRITICAL;
        out->inputs.known |= INPUT_LEVEL;
        out->severity = SEVERITY_CRITICAL;
        if (out->title.len == 0)
            out->title = STR("malicious package");
        return;
    }
    finding_rate(claim, brief, out);
    set_inputs(out);
    if (is_absent(claim)) {
        out->status = STATUS_NOT_AFFECTED;
        out->mask.reason = STR("none of the vulnerable functions is in the executable");
        out->mask.author = STR("rule 74");
    }
}
