/* SPDX-License-Identifier: Apache-2.0 */
#include "results/merge.h"

#include "base/buf.h"
#include "results/join.h"
#include "test.h"

typedef struct World {
    Arena arena;
    const Policy *policy;
    uint64_t seed;
} World;

static void world_init(World *w)
{
    Error err = {0};
    *w = (World){.seed = 1};
    arena_init(&w->arena);
    REQUIRE_OK(policy_load((Str){0}, (Str){0}, &w->arena, &w->policy, &err));
}

static unsigned dice(World *w, unsigned sides)
{
    w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(w->seed >> 33) % sides;
}

static Str pick(World *w, const char *const *words, unsigned count)
{
    return str_from(words[dice(w, count)]);
}

static void random_lists(World *w, Finding *f)
{
    static const char *const versions[] = {"1.2.0", "1.10.0", "2.0.0", "1.3.0"};
    static const char *const words[] = {"a", "b", "c"};
    for (unsigned i = dice(w, 3); i; i--) {
        *vec_push(&w->arena, &f->fixed_in) = pick(w, versions, 4);
        *vec_push(&w->arena, &f->aliases) = pick(w, words, 3);
        *vec_push(&w->arena, &f->packages) = dice(w, 4);
        *vec_push(&w->arena, &f->places) = (Place){pick(w, words, 3), dice(w, 2), dice(w, 2)};
        *vec_push(&w->arena, &f->evidence) =
            (Evidence){pick(w, words, 3), .5, pick(w, words, 3), pick(w, words, 3)};
        bool known = false;
        Str scanner = pick(w, words, 3);
        for (size_t k = 0; k < f->inputs.seen.len; k++)
            known |= str_eq(f->inputs.seen.at[k].scanner, scanner);
        if (!known)
            *vec_push(&w->arena, &f->inputs.seen) = (SeenBy){scanner, dice(w, 9) / 10.0};
    }
}

static Finding random_finding(World *w)
{
    static const char *const texts[] = {"", "x", "y"};
    static const char *const decisions[] = {"", "Track", "Act"};
    Finding f = {.kind = KIND_CVE, .id = STR("CVE-2024-0001"), .eco = STR("npm"), .unit = STR("u")};
    f.title = pick(w, texts, 3);
    f.disputed = dice(w, 2);
    f.severity = (Severity)dice(w, SEVERITIES);
    f.severity_source = pick(w, texts, 3);
    f.cvss = (Cvss){pick(w, texts, 3), pick(w, texts, 3), pick(w, texts, 3), dice(w, 3), 'N'};
    f.epss.score = dice(w, 3) - 1.0;
    f.epss.date = (Date)dice(w, 3);
    f.kev.added = dice(w, 2) ? (Date)dice(w, 5) : DATE_NONE;
    f.kev.due = dice(w, 2) ? (Date)dice(w, 5) : DATE_NONE;
    f.ssvc.decision = pick(w, decisions, 3);
    f.deadline.date = dice(w, 2) ? (Date)dice(w, 3) : DATE_NONE;
    f.deadline.why = pick(w, texts, 3);
    f.status = (FindingStatus)dice(w, FINDING_STATUSES);
    f.mask =
        (Mask){pick(w, texts, 3), pick(w, texts, 3), dice(w, 2) ? (Date)dice(w, 3) : DATE_NONE};
    if (f.mask.reason.len == 0)
        f.mask = (Mask){.until = DATE_NONE};
    f.inputs.known = dice(w, 1 << 9);
    f.inputs.severity = f.inputs.known & INPUT_SEVERITY ? f.severity : SEVERITY_UNKNOWN;
    f.inputs.level = f.inputs.known & INPUT_LEVEL ? (Level)dice(w, LEVELS) : LEVEL_INFO;
    f.inputs.age = f.inputs.known & INPUT_AGE ? (int32_t)dice(w, 2000) : 0;
    f.inputs.epss = f.inputs.known & INPUT_EPSS ? .5 : 0;
    f.inputs.av = f.inputs.known & INPUT_AV ? "NALP?"[dice(w, 5)] : '?';
    f.inputs.code = CODE_UNKNOWN;
    random_lists(w, &f);
    return f;
}

/* Everything a reader sees, as text, so that two findings can be compared. */
static void put(Buf *out, const Finding *f)
{
    buf_printf(out, "%d " STR_FMT " %d%d " STR_FMT " " STR_FMT STR_FMT STR_FMT "%.1f ", f->kind,
               STR_ARG(f->title), f->disputed, f->severity, STR_ARG(f->severity_source),
               STR_ARG(f->cvss.version), STR_ARG(f->cvss.vector), STR_ARG(f->cvss.source),
               f->cvss.score);
    buf_printf(out, "%.1f %d %d %d " STR_FMT " %d " STR_FMT " %d [" STR_FMT STR_FMT "%d] ",
               f->epss.score, f->epss.date, f->kev.added, f->kev.due, STR_ARG(f->ssvc.decision),
               f->deadline.date, STR_ARG(f->deadline.why), f->status, STR_ARG(f->mask.reason),
               STR_ARG(f->mask.author), f->mask.reason.len ? f->mask.until : 0);
    for (size_t i = 0; i < f->fixed_in.len; i++)
        buf_printf(out, STR_FMT ",", STR_ARG(f->fixed_in.at[i]));
    for (size_t i = 0; i < f->aliases.len; i++)
        buf_put(out, f->aliases.at[i]);
    for (size_t i = 0; i < f->packages.len; i++)
        buf_printf(out, " %u", f->packages.at[i]);
    for (size_t i = 0; i < f->places.len; i++)
        buf_printf(out, " " STR_FMT ":%u:%u", STR_ARG(f->places.at[i].path), f->places.at[i].line,
                   f->places.at[i].layer);
    for (size_t i = 0; i < f->evidence.len; i++)
        buf_printf(out, " " STR_FMT STR_FMT STR_FMT, STR_ARG(f->evidence.at[i].scanner),
                   STR_ARG(f->evidence.at[i].why), STR_ARG(f->evidence.at[i].source));
    const FindingInputs *in = &f->inputs;
    buf_printf(out, " | %x %d %d %d %.2f %c", in->known, in->severity, in->level, in->age, in->epss,
               in->av);
    for (size_t i = 0; i < in->seen.len; i++)
        buf_printf(out, " " STR_FMT "=%.1f", STR_ARG(in->seen.at[i].scanner),
                   in->seen.at[i].confidence);
}

static Str text_of(World *w, const Finding *f)
{
    Buf out CLEANUP(buf_fini) = {0};
    put(&out, f);
    return arena_str(&w->arena, buf_str(&out));
}

static Finding joined(World *w, Finding a, const Finding *b)
{
    finding_join(w->policy, &w->arena, &a, b);
    return a;
}

TEST(join_is_a_semilattice)
{
    World w;
    world_init(&w);
    for (int round = 0; round < 3000; round++) {
        ArenaMark mark = arena_mark(&w.arena);
        Finding a = random_finding(&w), b = random_finding(&w), c = random_finding(&w);
        a = joined(&w, a, &a); /* in the form that merging leaves everything in */
        b = joined(&w, b, &b);
        c = joined(&w, c, &c);
        Finding aa = joined(&w, a, &a), ab = joined(&w, a, &b), ba = joined(&w, b, &a);
        Finding bc = joined(&w, b, &c);
        Finding left = joined(&w, ab, &c), right = joined(&w, a, &bc);
        CHECK_STR(text_of(&w, &aa), text_of(&w, &a));
        CHECK_STR(text_of(&w, &ab), text_of(&w, &ba));
        CHECK_STR(text_of(&w, &left), text_of(&w, &right));
        arena_reset(&w.arena, mark);
    }
    arena_fini(&w.arena);
}

TEST(merge_keeps_keys_apart_and_sorted)
{
    World w;
    world_init(&w);
    Finding a = random_finding(&w), b = a, c = a, d = a;
    b.unit = STR("v");
    c.id = STR("CVE-2023-0001");
    d.kind = KIND_CONFIG;
    FindingVec lists[2] = {0}, out = {0};
    *vec_push(&w.arena, &lists[0]) = a;
    *vec_push(&w.arena, &lists[0]) = b;
    *vec_push(&w.arena, &lists[1]) = c;
    *vec_push(&w.arena, &lists[1]) = d;
    *vec_push(&w.arena, &lists[1]) = a;
    results_merge(w.policy, &w.arena, lists, 2, &out);
    CHECK_INT(out.len, 4);
    for (size_t i = 1; i < out.len; i++)
        CHECK(finding_cmp(&out.at[i - 1], &out.at[i]) < 0);
    arena_fini(&w.arena);
}

TEST(merge_does_not_depend_on_order)
{
    World w;
    world_init(&w);
    FindingVec lists[2] = {0}, once = {0}, twice = {0};
    for (int i = 0; i < 6; i++)
        *vec_push(&w.arena, &lists[i & 1]) = random_finding(&w);
    FindingVec again[3] = {lists[1], lists[0], lists[1]};
    results_merge(w.policy, &w.arena, lists, 2, &once);
    results_merge(w.policy, &w.arena, again, 3, &twice);
    CHECK_INT(once.len, 1);
    CHECK_STR(text_of(&w, &once.at[0]), text_of(&w, &twice.at[0]));
    arena_fini(&w.arena);
}

TEST(merge_of_two_scanners)
{
    World w;
    world_init(&w);
    Finding a = {.kind = KIND_CVE, .id = STR("CVE-1"), .eco = STR("npm"), .unit = STR("u")};
    a.kev.added = a.kev.due = a.deadline.date = a.mask.until = DATE_NONE;
    a.epss.score = -1;
    Finding b = a;
    a.severity = a.inputs.severity = SEVERITY_LOW;
    a.inputs.known = INPUT_SEVERITY;
    *vec_push(&w.arena, &a.inputs.seen) = (SeenBy){STR("assay"), .9};
    *vec_push(&w.arena, &a.fixed_in) = STR("2.9.10.4");
    *vec_push(&w.arena, &a.fixed_in) = STR("2.10.1");
    *vec_push(&w.arena, &b.inputs.seen) = (SeenBy){STR("other"), .6};
    *vec_push(&w.arena, &b.fixed_in) = STR("2.11.0");
    b.mask = (Mask){STR("accepted"), STR("team"), DATE_NONE};
    finding_join(w.policy, &w.arena, &a, &b);
    CHECK_INT(a.severity, SEVERITY_UNKNOWN); /* one who does not know is not overruled by "low" */
    CHECK_INT(a.inputs.seen.len, 2);
    CHECK_STR(a.mask.author, STR("team"));
    CHECK_INT(a.fixed_in.len, 3);
    CHECK_STR(a.fixed_in.at[0], STR("2.9.10.4"));
    CHECK_STR(a.fixed_in.at[1], STR("2.10.1"));
    arena_fini(&w.arena);
}
