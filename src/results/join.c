/* SPDX-License-Identifier: Apache-2.0 */
#include "results/join.h"

#include <stdlib.h>

#include "model/ecosystem.h"
#include "score/score.h"
#include "versions/version.h"

/* Both lists as one, sorted and without repetition. Most findings are joined with themselves, and
 * have nothing to sort. */
#define JOIN_LIST(arena, into, other, order)                                                       \
    do {                                                                                           \
        if ((into)->at == (other)->at && (into)->len == (other)->len &&                            \
            is_unique((into)->at, (into)->len, sizeof *(into)->at, (order)))                       \
            break;                                                                                 \
        (into)->cap = (into)->len; /* growing copies, and leaves the original alone */             \
        for (size_t join_i = 0; join_i < (other)->len; join_i++)                                   \
            *vec_push((arena), (into)) = (other)->at[join_i];                                      \
        (into)->len = sort_unique((into)->at, (into)->len, sizeof *(into)->at, (order));           \
    } while (0)

static int number_order(double a, double b)
{
    return a < b ? -1 : a > b;
}

static int str_order(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static int index_order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static int place_order(const void *a, const void *b)
{
    const Place *x = a, *y = b;
    int order = str_cmp(x->path, y->path);
    if (order == 0)
        order = x->line < y->line ? -1 : x->line > y->line;
    return order ? order : x->layer < y->layer ? -1 : x->layer > y->layer;
}

static int evidence_order(const void *a, const void *b)
{
    const Evidence *x = a, *y = b;
    int order = str_cmp(x->scanner, y->scanner);
    order = order ? order : str_cmp(x->source, y->source);
    order = order ? order : str_cmp(x->why, y->why);
    return order ? order : number_order(x->confidence, y->confidence);
}

static int seen_order(const void *a, const void *b)
{
    return str_cmp(((const SeenBy *)a)->scanner, ((const SeenBy *)b)->scanner);
}

/* Sorted already, and without repetition. */
static bool is_unique(const void *items, size_t count, size_t size,
                      int (*order)(const void *, const void *))
{
    const char *at = items;
    for (size_t i = 1; i < count; i++)
        if (order(at + (i - 1) * size, at + i * size) >= 0)
            return false;
    return true;
}

/* Gives the new length. */
static size_t sort_unique(void *items, size_t count, size_t size,
                          int (*order)(const void *, const void *))
{
    char *at = items;
    size_t kept = 0;
    if (count)
        qsort(items, count, size, order);
    for (size_t i = 0; i < count; i++) {
        if (kept && order(at + (kept - 1) * size, at + i * size) == 0)
            continue;
        for (size_t k = 0; kept != i && k < size; k++)
            at[kept * size + k] = at[i * size + k];
        kept++;
    }
    return kept;
}

/* Of two texts the one that is there, of both the one that sorts first. */
static Str text_join(Str a, Str b)
{
    if (a.len == 0 || b.len == 0)
        return a.len ? a : b;
    return str_cmp(a, b) <= 0 ? a : b;
}

static Date date_join(Date a, Date b)
{
    if (a == DATE_NONE || b == DATE_NONE)
        return a == DATE_NONE ? b : a;
    return a < b ? a : b;
}

/* The word that stands later in `words`, which ascend; a word that is not there counts least. */
static Str word_join(Str a, Str b, const Str *words, size_t count)
{
    size_t x = 0, y = 0;
    for (size_t i = 0; i < count; i++) {
        x = str_eq_fold(a, words[i]) ? i + 1 : x;
        y = str_eq_fold(b, words[i]) ? i + 1 : y;
    }
    return x == y ? text_join(a, b) : x < y ? b : a;
}

static int status_rank(FindingStatus s)
{
    static const int ranks[FINDING_STATUSES] = {
        [STATUS_UNKNOWN] = 0,      [STATUS_NOT_AFFECTED] = 1,
        [STATUS_FIXED] = 2,        [STATUS_UNDER_INVESTIGATION] = 3,
        [STATUS_AFFECTED] = 4,     [STATUS_DEFERRED] = 5,
        [STATUS_WILL_NOT_FIX] = 6, [STATUS_END_OF_LIFE] = 7,
    };
    return ranks[s];
}

static int cvss_order(const Cvss *a, const Cvss *b)
{
    int order = number_order(a->score, b->score);
    order = order ? order : str_cmp(a->version, b->version);
    order = order ? order : str_cmp(a->vector, b->vector);
    return order ? order : str_cmp(a->source, b->source);
}

static void join_rating(Finding *into, const Finding *other)
{
    unsigned mine = severity_rank(into->severity), theirs = severity_rank(other->severity);
    if (mine == theirs)
        into->severity_source = text_join(into->severity_source, other->severity_source);
    if (mine < theirs) {
        into->severity = other->severity;
        into->severity_source = other->severity_source;
    }
    if (cvss_order(&into->cvss, &other->cvss) < 0)
        into->cvss = other->cvss;
    if (status_rank(into->status) < status_rank(other->status))
        into->status = other->status;
}

static void join_exploitation(Finding *into, const Finding *other)
{
    static const Str exploitation[] = {STR_INIT("none"), STR_INIT("poc"), STR_INIT("active")};
    static const Str automatable[] = {STR_INIT("no"), STR_INIT("yes")};
    static const Str impact[] = {STR_INIT("partial"), STR_INIT("total")};
    static const Str decision[] = {STR_INIT("Track"), STR_INIT("Track*"), STR_INIT("Attend"),
                                   STR_INIT("Act")};
    int order = number_order(into->epss.score, other->epss.score);
    order = order ? order : number_order(into->epss.percentile, other->epss.percentile);
    if (order < 0 || (order == 0 && into->epss.date < other->epss.date))
        into->epss = other->epss;
    into->kev.added = date_join(into->kev.added, other->kev.added);
    into->kev.due = date_join(into->kev.due, other->kev.due);
    into->kev.ransomware |= other->kev.ransomware;
    into->ssvc.exploitation = word_join(into->ssvc.exploitation, other->ssvc.exploitation,
                                        exploitation, COUNT_OF(exploitation));
    into->ssvc.automatable = word_join(into->ssvc.automatable, other->ssvc.automatable, automatable,
                                       COUNT_OF(automatable));
    into->ssvc.technical_impact = word_join(into->ssvc.technical_impact,
                                            other->ssvc.technical_impact, impact, COUNT_OF(impact));
    into->ssvc.decision =
        word_join(into->ssvc.decision, other->ssvc.decision, decision, COUNT_OF(decision));
    Date mine = into->deadline.date, theirs = other->deadline.date;
    if (mine == theirs)
        into->deadline.why = text_join(into->deadline.why, other->deadline.why);
    else if (date_join(mine, theirs) == theirs)
        into->deadline = other->deadline;
}

/* The mask whose author sorts first; of one author the longer one. */
static void join_mask(Mask *into, const Mask *other)
{
    if (other->reason.len == 0)
        return;
    int order = into->reason.len ? str_cmp(other->author, into->author) : -1;
    order = order ? order : str_cmp(other->reason, into->reason);
    bool longer =
        other->until == DATE_NONE || (into->until != DATE_NONE && other->until > into->until);
    if (order < 0 || (order == 0 && longer))
        *into = *other;
}

static int version_order(const VersionScheme *scheme, Str a, Str b)
{
    VersionOrder order = scheme ? version_compare(scheme, a, b) : VERSION_EQUAL;
    return order == VERSION_EQUAL || order == VERSION_UNORDERED ? str_cmp(a, b) : (int)order;
}

/* The lower of the two first fixes stays in front (rule 76), the others follow in their order. */
static void join_fixes(Arena *arena, Finding *into, const Finding *other)
{
    const Ecosystem *eco = ecosystem_find(into->eco);
    const VersionScheme *scheme = eco ? version_scheme_find(eco->scheme) : NULL;
    StrVec *fixes = &into->fixed_in;
    const StrVec *more = &other->fixed_in;
    bool same = fixes->len == more->len;
    for (size_t i = 0; same && i < more->len; i++)
        same = str_eq(fixes->at[i], more->at[i]);
    if (more->len == 0 || same)
        return;
    if (fixes->len == 0) {
        *fixes = *more;
        return;
    }
    bool mine = version_order(scheme, fixes->at[0], more->at[0]) <= 0;
    Str first = mine ? fixes->at[0] : more->at[0];
    JOIN_LIST(arena, fixes, more, str_order);
    size_t kept = 0;
    for (size_t i = 0; i < fixes->len; i++)
        if (!str_eq(fixes->at[i], first))
            fixes->at[kept++] = fixes->at[i];
    for (size_t i = 1; i < kept; i++)
        for (size_t k = i; k && version_order(scheme, fixes->at[k], fixes->at[k - 1]) < 0; k--) {
            Str later = fixes->at[k - 1];
            fixes->at[k - 1] = fixes->at[k];
            fixes->at[k] = later;
        }
    for (size_t i = kept; i; i--)
        fixes->at[i] = fixes->at[i - 1];
    fixes->at[0] = first;
    fixes->len = kept + 1;
}

static void join_inputs(const Policy *policy, Arena *arena, FindingInputs *into,
                        const FindingInputs *other)
{
    finding_inputs_join(policy, arena, into, other);
    into->seen.len = sort_unique(into->seen.at, into->seen.len, sizeof *into->seen.at, seen_order);
}

void finding_join(const Policy *policy, Arena *arena, Finding *into, const Finding *other)
{
    join_rating(into, other);
    join_exploitation(into, other);
    join_mask(&into->mask, &other->mask);
    join_fixes(arena, into, other);
    into->title = text_join(into->title, other->title);
    into->disputed |= other->disputed;
    JOIN_LIST(arena, &into->aliases, &other->aliases, str_order);
    JOIN_LIST(arena, &into->cwes, &other->cwes, str_order);
    JOIN_LIST(arena, &into->packages, &other->packages, index_order);
    JOIN_LIST(arena, &into->places, &other->places, place_order);
    JOIN_LIST(arena, &into->evidence, &other->evidence, evidence_order);
    join_inputs(policy, arena, &into->inputs, &other->inputs);
}
