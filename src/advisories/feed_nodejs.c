/* SPDX-License-Identifier: Apache-2.0 */
/* Advisories of the Node.js runtime itself. Each has two npm range expressions: what is vulnerable
 * ("8.x || 7.x") and what is patched ("^8.1.4 || ^7.10.1"). Written as sets of intervals over the
 * releases, the rows are the first set less the second. */
#include "advisories/feed.h"

/* Releases are numbers of three parts of 20 bits. */
enum { PART_BITS = 20 };
#define PART_MAX ((UINT64_C(1) << PART_BITS) - 1)
#define RELEASE_MAX (UINT64_C(1) << 60)

typedef struct Interval {
    uint64_t from, to; /* from <= v < to */
} Interval;
typedef Vec(Interval) IntervalVec;

typedef struct Release {
    uint64_t part[3];
    unsigned given; /* parts that are numbers; the rest is 'x' or missing */
} Release;

static uint64_t release_number(const Release *release)
{
    return release->part[0] << 2 * PART_BITS | release->part[1] << PART_BITS | release->part[2];
}

/* The first release that is larger in the part at `level` (0: major). */
static uint64_t release_after(const Release *release, unsigned level)
{
    Release next = *release;
    next.part[level]++;
    for (unsigned i = level + 1; i < 3; i++)
        next.part[i] = 0;
    return release_number(&next);
}

static bool release_parse(Str text, Release *out)
{
    *out = (Release){0};
    bool open = false;
    for (Str piece; str_next(&text, '.', &piece);) {
        uint64_t value;
        if (str_eq(piece, STR("x")) || str_eq(piece, STR("*")))
            open = true;
        else if (open || out->given == 3 || !str_to_u64(piece, &value) || value >= PART_MAX)
            return false;
        else
            out->part[out->given++] = value;
    }
    return true;
}

/* All releases that begin with the parts that are given. */
static uint64_t release_end(const Release *release)
{
    return release->given ? release_after(release, release->given - 1) : RELEASE_MAX;
}

static uint64_t caret_end(const Release *release)
{
    for (unsigned i = 0; i < release->given; i++)
        if (release->part[i])
            return release_after(release, i);
    return release_end(release);
}

typedef enum Operator {
    AT_LEAST,
    AT_MOST,
    ABOVE,
    BELOW,
    CARET,
    TILDE,
    EQUALS,
    NO_OPERATOR
} Operator;

static const Str operators[NO_OPERATOR] = {
    [AT_LEAST] = STR_INIT(">="), [AT_MOST] = STR_INIT("<="), [ABOVE] = STR_INIT(">"),
    [BELOW] = STR_INIT("<"),     [CARET] = STR_INIT("^"),    [TILDE] = STR_INIT("~"),
    [EQUALS] = STR_INIT("="),
};

static Operator operator_of(Str word)
{
    Operator i = 0;
    while (i < NO_OPERATOR && !str_starts(word, operators[i]))
        i++;
    return i;
}

static Interval interval_of(Operator operator, const Release * release)
{
    uint64_t at = release_number(release), end = release_end(release);
    switch (operator) {
    case AT_LEAST:
        return (Interval){at, RELEASE_MAX};
    case AT_MOST:
        return (Interval){0, end};
    case ABOVE:
        return (Interval){end, RELEASE_MAX};
    case BELOW:
        return (Interval){0, at};
    case CARET:
        return (Interval){at, caret_end(release)};
    case TILDE:
        return (Interval){at, release->given > 1 ? release_after(release, 1) : end};
    default:
        return (Interval){at, end};
    }
}

/* Comparators side by side must all hold; an operator may stand apart from its number. */
static bool conjunction_parse(Str text, Interval *out)
{
    *out = (Interval){0, RELEASE_MAX};
    for (Str rest = text, word; str_next_word(&rest, &word);) {
        Release release;
        Operator operator= operator_of(word);
        if (operator!= NO_OPERATOR)
            word = str_from_pos(word, operators[operator].len);
        if (word.len == 0 && !str_next_word(&rest, &word))
            return false;
        if (!release_parse(word, &release))
            return false;
        Interval one = interval_of(operator, & release);
        out->from = one.from > out->from ? one.from : out->from;
        out->to = one.to < out->to ? one.to : out->to;
    }
    return true;
}

static bool expression_parse(Str text, Arena *arena, IntervalVec *out)
{
    while (text.len) {
        size_t at = str_find(text, STR("||"));
        Str part = str_trim(str_head(text, at == STR_NONE ? text.len : at));
        Interval interval;
        text = at == STR_NONE ? (Str){0} : str_from_pos(text, at + 2);
        if (part.len && !conjunction_parse(part, &interval))
            return false;
        if (part.len && interval.from < interval.to)
            *vec_push(arena, out) = interval;
    }
    return true;
}

static void intervals_subtract(Arena *arena, IntervalVec *from, const Interval *less)
{
    IntervalVec out = {0};
    for (size_t i = 0; i < from->len; i++) {
        Interval have = from->at[i];
        Interval left = {have.from, less->from < have.to ? less->from : have.to};
        Interval right = {less->to > have.from ? less->to : have.from, have.to};
        if (left.from < left.to)
            *vec_push(arena, &out) = left;
        if (right.from < right.to)
            *vec_push(arena, &out) = right;
    }
    *from = out;
}

static Str release_text(Arena *arena, uint64_t release)
{
    return arena_printf(arena, "%llu.%llu.%llu", (unsigned long long)(release >> 2 * PART_BITS),
                        (unsigned long long)(release >> PART_BITS & PART_MAX),
                        (unsigned long long)(release & PART_MAX));
}

typedef struct CoreAdvisory {
    Str number, vulnerable, patched, title, severity;
    StrVec cves;
} CoreAdvisory;

/* An end that the patched set does not begin at is the end of a release line, no fix: it is written
 * as an end all the same, since nothing beyond it is vulnerable. */
static bool core_ranges(Arena *arena, const CoreAdvisory *core, Advisory *out)
{
    IntervalVec vulnerable = {0}, patched = {0};
    if (!expression_parse(core->vulnerable, arena, &vulnerable) ||
        !expression_parse(core->patched, arena, &patched))
        return false;
    for (size_t i = 0; i < patched.len; i++)
        intervals_subtract(arena, &vulnerable, &patched.at[i]);
    for (size_t i = 0; i < vulnerable.len; i++) {
        AdvisoryRange *range = vec_push(arena, &out->ranges);
        if (vulnerable.at[i].from)
            range->introduced = release_text(arena, vulnerable.at[i].from);
        if (vulnerable.at[i].to < RELEASE_MAX)
            range->fixed = release_text(arena, vulnerable.at[i].to);
    }
    return true;
}

static void core_keep(FeedFile *file, uint32_t source, const CoreAdvisory *core)
{
    Arena *arena = file->arena;
    Record record = {.id = arena_printf(arena, "NSWG-CORE-" STR_FMT, STR_ARG(core->number)),
                     .title = core->title,
                     .names = core->cves,
                     .published = DATE_NONE};
    Advisory a = {.ecosystem = STR("Node.js"), .package = STR("node"), .status = STATUS_AFFECTED};
    if (!str_eq(core->severity, STR("unknown")))
        record.word = a.urgency = core->severity;
    facts_source_saw(file->facts, source, (Str){0});
    if (!core_ranges(arena, core, &a)) {
        feed_note(file, record.id, STR("a range that cannot be read"));
        return;
    }
    if (a.ranges.len)
        *vec_push(arena, &record.affected) = a;
    facts_add_record(file->facts, source, &record);
}

static void core_read(FeedFile *file, uint32_t source, Str number, Json *j)
{
    CoreAdvisory core = {.number = number};
    Str key;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("cve")))
            feed_strings(j, file->arena, &core.cves);
        else if (str_eq(key, STR("vulnerable")))
            core.vulnerable = json_take_str(j);
        else if (str_eq(key, STR("patched")))
            core.patched = json_take_str(j);
        else if (str_eq(key, STR("description")))
            core.title = json_take_str(j);
        else if (str_eq(key, STR("severity")))
            core.severity = json_take_str(j);
        else
            json_skip(j);
    core_keep(file, source, &core);
}

static bool nodejs_read(FeedFile *file, Error *err)
{
    Json j;
    Str number;
    uint32_t source = facts_source(file->facts, STR("nodejs-core"));
    json_init(&j, file->bytes, file->arena);
    if (!json_enter_object(&j))
        return error_set(err, ERR_FORMAT, "is no index of advisories: no JSON object");
    while (json_next_key(&j, &number))
        core_read(file, source, number, &j);
    return json_finish(&j, err);
}

const Feed feed_nodejs = {
    .name = STR_INIT("nodejs-core"),
    .summary = STR_INIT("advisories of the Node.js runtime"),
    .spec = STR_INIT("https://github.com/nodejs/security-wg/tree/main/vuln"),
    .paths = STR_INIT("nodejs-core/index.json"),
    .files = STR_INIT("nodejs-core/index.json"),
    .address = STR_INIT("https://raw.githubusercontent.com/nodejs/security-wg/main/vuln/core"),
    .read = nodejs_read,
};
