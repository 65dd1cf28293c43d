/* SPDX-License-Identifier: Apache-2.0 */
#include "scanners/builtin/match.h"

#include <stdlib.h>

#include "base/map.h"
#include "scanners/builtin/describe.h"
#include "scanners/builtin/kernel.h"

/* Packages become questions, the records of the database answer them, and the records that agree on
 * a vulnerability become one claim, which is described as a finding. Claims of one source package
 * that come from several questions (two versions, two executables) are one finding in the end. */

/* Of nearly all questions and claims. */
enum { SCRATCH_BYTES = 128 << 10, BRIEF_BYTES = 16 << 10 };

typedef struct Matcher {
    const Inventory *inventory;
    const Database *db;
    const MatchOptions *options;
    Arena *arena;
    Arena scratch; /* what one question's records say */
    Arena brief;   /* what one claim is made of */
    const QuestionVec *questions;
    Map units; /* of kernels: how many questions are about one; counted once somebody asks */
    Vec(Finding *) found;
} Matcher;

typedef Vec(Hit) HitVec;

static Str hit_id(const Hit *hit)
{
    return hit->advisory->malware ? hit->advisory->record : hit->advisory->id;
}

static int hit_order(const void *a, const void *b)
{
    const Hit *x = a, *y = b;
    if (x->advisory->malware != y->advisory->malware)
        return x->advisory->malware ? 1 : -1;
    int order = str_cmp(hit_id(x), hit_id(y));
    order = order ? order : str_cmp(x->advisory->feed, y->advisory->feed);
    order = order ? order : str_cmp(x->advisory->record, y->advisory->record);
    return order ? order : str_cmp(x->verdict.fixed, y->verdict.fixed);
}

static int id_order(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static bool holds(const StrVec *ids, Str id)
{
    for (size_t i = 0; i < ids->len; i++)
        if (str_eq(ids->at[i], id))
            return true;
    return false;
}

static void ids_sort(StrVec *ids)
{
    if (ids->len)
        qsort(ids->at, ids->len, sizeof *ids->at, id_order);
}

static bool sorted_holds(const StrVec *ids, Str id)
{
    return ids->len && bsearch(&id, ids->at, ids->len, sizeof *ids->at, id_order);
}

/* "No fix yet" of a distribution is stale where another record of its names a fix that is installed
 * (rule 7). */
static bool is_stale(const Hit *hits, size_t count, const StrVec *passed)
{
    for (size_t i = 0; i < count; i++)
        if (hits[i].verdict.fixed.len || hits[i].verdict.last.len || hits[i].verdict.listed)
            return false;
    return sorted_holds(passed, hits->advisory->id);
}

static void describe(Matcher *m, const Question *q, Str where, const Hit *hits, size_t count)
{
    Vulnerability vulnerability;
    ArenaMark mark = arena_mark(&m->brief);
    Claim claim = {.inventory = m->inventory,
                   .question = q,
                   .where = where,
                   .hits = hits,
                   .count = count,
                   .options = m->options};
    if (database_vulnerability_of(m->db, hits->advisory, &m->brief, &vulnerability))
        claim.vulnerability = &vulnerability;
    Finding *f = arena_new(m->arena, Finding);
    finding_describe(&claim, m->arena, &m->brief, f);
    *vec_push(m->arena, &m->found) = f;
    arena_reset(&m->brief, mark);
}

/* What the records of one question say. */
typedef struct Answers {
    HitVec hits;
    StrVec denied, passed;
} Answers;

static void hear(Matcher *m, const Question *q, AdvisoryCursor *cursor, const Advisory *row,
                 const Verdict *verdict, Answers *out)
{
    bool fixed_there = verdict->passed && q->origin.len && str_eq(row->ecosystem, q->origin);
    Advisory one;
    while (advisories_take(cursor, row, &one)) {
        if (verdict->answer == ANSWER_DENIED || (verdict->answer == ANSWER_NO && fixed_there))
            *vec_push(&m->scratch, &out->denied) = one.id;
        else if (verdict->answer == ANSWER_NO)
            *vec_push(&m->scratch, &out->passed) = one.id;
        else {
            Advisory *kept = arena_new(&m->scratch, Advisory);
            *kept = one;
            *vec_push(&m->scratch, &out->hits) = (Hit){kept, *verdict};
        }
    }
}

static bool is_alone(Matcher *m, const Question *q)
{
    bool first = map_len(&m->units) == 0;
    for (size_t i = 0; first && i < m->questions->len; i++) {
        Str unit = m->questions->at[i].unit;
        if (!kernel_is_source(unit))
            continue;
        void **count = map_get(&m->units, unit);
        *count = (void *)((uintptr_t)*count + 1);
    }
    return (uintptr_t)map_find(&m->units, q->unit) == 1;
}

/* Masked whatever is found, and joined with what no other question finds: rule 68. */
static bool is_counted(Matcher *m, const Question *q)
{
    return m->options->masked &&
           kernel_mask_reason(m->inventory, m->options, q->packages.at, q->packages.len).len &&
           is_alone(m, q);
}

/* Can what is not found weigh against what is? */
static bool is_heard(const Question *q, const Verdict *verdict)
{
    bool passed = verdict->passed && (q->origin.len || package_type_is_os(q->eco->type));
    return verdict->answer == ANSWER_DENIED || (verdict->answer == ANSWER_NO && passed);
}

/* Most rows are about versions long gone: nothing is kept of them. Where no other row speaks of a
 * row's vulnerabilities, there is nothing to weigh, and their number is known without them. */
static void ask_database(Matcher *m, const Question *q, Str ecosystem, Answers *out)
{
    AdvisoryCursor cursor;
    Advisory row;
    advisories_open(m->db, ecosystem, q->name, &cursor);
    bool undisputed = cursor.is_once && q->ecosystems->len == 1, asked = false, counted = false;
    for (;;) {
        ArenaMark mark = arena_mark(&m->scratch);
        if (!advisories_next(&cursor, &m->scratch, &row))
            return;
        Verdict verdict = advisory_judge(&row, q);
        bool found = verdict.answer == ANSWER_YES || verdict.answer == ANSWER_ABSENT;
        if (found && undisputed && !asked) {
            counted = is_counted(m, q);
            asked = true;
        }
        if (found && counted)
            *m->options->masked += cursor.standing;
        else if (found || (!undisputed && is_heard(q, &verdict)))
            hear(m, q, &cursor, &row, &verdict, out);
        else
            arena_reset(&m->scratch, mark);
    }
}

static void hits_sort(HitVec *hits)
{
    for (size_t i = 1; i < hits->len; i++)
        if (hit_order(&hits->at[i - 1], &hits->at[i]) > 0) {
            qsort(hits->at, hits->len, sizeof *hits->at, hit_order);
            return;
        }
}

static void answer(Matcher *m, const Question *q)
{
    Answers said = {0};
    for (size_t i = 0; i < q->ecosystems->len; i++)
        ask_database(m, q, q->ecosystems->at[i], &said);
    HitVec hits = said.hits;
    if (!hits.len)
        return;
    bool counted = is_counted(m, q);
    Str where = counted ? (Str){0} : question_where(m->inventory, q, m->arena);
    ids_sort(&said.denied);
    ids_sort(&said.passed);
    hits_sort(&hits);
    for (size_t i = 0, end; i < hits.len; i = end) {
        for (end = i + 1; end < hits.len && str_eq(hit_id(&hits.at[i]), hit_id(&hits.at[end])) &&
                          hits.at[i].advisory->malware == hits.at[end].advisory->malware;)
            end++;
        const Hit *hit = &hits.at[i];
        if (hit->advisory->rejected || sorted_holds(&said.denied, hit->advisory->id) ||
            is_stale(hit, end - i, &said.passed))
            continue;
        if (counted)
            ++*m->options->masked;
        else
            describe(m, q, where, hit, end - i);
    }
}

static int finding_order(const void *a, const void *b)
{
    const Finding *x = *(const Finding *const *)a, *y = *(const Finding *const *)b;
    int order = finding_cmp(x, y);
    if (order)
        return order;
    return x->packages.at[0] < y->packages.at[0] ? -1 : x->packages.at[0] > y->packages.at[0];
}

static int index_order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Two claims about one source package, both from the same records. One that counts outweighs one
 * that is masked. */
static void claim_join(Arena *arena, Finding *into, const Finding *other)
{
    FindingInputs *in = &into->inputs;
    for (size_t i = 0; i < other->packages.len; i++)
        *vec_push(arena, &into->packages) = other->packages.at[i];
    qsort(into->packages.at, into->packages.len, sizeof *into->packages.at, index_order);
    for (size_t i = 0; i < other->evidence.len; i++)
        *vec_push(arena, &into->evidence) = other->evidence.at[i];
    for (size_t i = 0; i < other->fixed_in.len; i++)
        if (!holds(&into->fixed_in, other->fixed_in.at[i]))
            *vec_push(arena, &into->fixed_in) = other->fixed_in.at[i];
    if (other->inputs.seen.at[0].confidence > in->seen.at[0].confidence)
        in->seen.at[0].confidence = other->inputs.seen.at[0].confidence;
    if (other->inputs.fix > in->fix)
        in->fix = other->inputs.fix;
    if (into->mask.reason.len && other->mask.reason.len == 0) {
        into->mask = other->mask;
        into->status = other->status;
    } else if (other->mask.reason.len == 0 && other->status == STATUS_AFFECTED) {
        into->status = STATUS_AFFECTED;
    }
}

static void gather(Matcher *m, FindingVec *out)
{
    Finding **found = m->found.at;
    size_t count = m->found.len;
    if (count)
        qsort(found, count, sizeof *found, finding_order);
    vec_reserve(m->arena, out, count);
    for (size_t i = 0, end; i < count; i = end) {
        Finding *f = found[i];
        for (end = i + 1; end < count && finding_cmp(f, found[end]) == 0; end++)
            claim_join(m->arena, f, found[end]);
        Str reason = kernel_mask_reason(m->inventory, m->options, f->packages.at, f->packages.len);
        if (f->mask.reason.len == 0 && reason.len)
            f->mask = (Mask){.reason = reason, .author = STR("rule 68"), .until = DATE_NONE};
        *vec_push(m->arena, out) = *f;
    }
}

void builtin_match(const Inventory *inventory, const Database *db, const MatchOptions *options,
                   Arena *arena, FindingVec *out, NoteVec *incomplete)
{
    Matcher m = {.inventory = inventory, .db = db, .options = options, .arena = arena};
    QuestionVec questions = {0};
    m.questions = &questions;
    map_init(&m.units, arena);
    questions_of(inventory, db, arena, &questions, incomplete);
    arena_init_in(&m.scratch, arena, SCRATCH_BYTES);
    arena_init_in(&m.brief, arena, BRIEF_BYTES);
    arena_alloc(&m.scratch, 1); /* so that going back to here keeps a block */
    arena_alloc(&m.brief, 1);
    for (size_t i = 0; i < questions.len; i++) {
        ArenaMark mark = arena_mark(&m.scratch);
        answer(&m, &questions.at[i]);
        arena_reset(&m.scratch, mark);
    }
    gather(&m, out);
    arena_fini(&m.scratch);
    arena_fini(&m.brief);
}
