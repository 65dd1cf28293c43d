/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/fd.h"
#include "base/json.h"
#include "report/result_json.h"
#include "score/score.h"
#include "test.h"

/* The golden cases of the reference model, through the same reader that `assay score` uses. */

typedef struct Golden {
    Arena arena;
    const Policy *policy;
    Str text;
} Golden;

static void golden_open(Golden *g)
{
    Error err = {0};
    *g = (Golden){0};
    Str path = test_shared(&g->arena, "design/score_golden.json");
    REQUIRE_OK(file_read(path, 16 << 20, &g->arena, &g->text, &err));
    REQUIRE_OK(policy_load((Str){0}, (Str){0}, &g->arena, &g->policy, &err));
}

static void golden_close(Golden *g)
{
    arena_fini(&g->arena);
}

/* The member `name` of an object as its own text. */
static Str member(Str object, Str name, Arena *arena)
{
    Json j;
    Str key, found = {0};
    json_init(&j, object, arena);
    for (json_enter_object(&j); json_next_key(&j, &key);) {
        Str value = json_take_raw(&j);
        found = str_eq(key, name) ? value : found;
    }
    return found;
}

static double number(Str object, Str name, Arena *arena)
{
    Json j;
    json_init(&j, member(object, name, arena), arena);
    return json_take_number(&j, NAN);
}

static Str word(Str object, Str name, Arena *arena)
{
    Json j;
    json_init(&j, member(object, name, arena), arena);
    return json_take_str(&j);
}

/* A golden finding has its inputs beside its id and kind; a result has them in `inputs`. */
static void findings_put(Buf *out, Str findings, Arena *arena)
{
    Json j;
    bool first = true;
    json_init(&j, findings, arena);
    buf_put(out, STR("\"findings\":["));
    if (json_enter_array(&j))
        while (json_next_item(&j)) {
            Str raw = json_take_raw(&j);
            Str masked = member(raw, STR("masked"), arena);
            buf_printf(out, "%s{\"kind\":" STR_FMT ",\"id\":" STR_FMT ",\"inputs\":" STR_FMT,
                       first ? "" : ",", STR_ARG(member(raw, STR("kind"), arena)),
                       STR_ARG(member(raw, STR("id"), arena)), STR_ARG(raw));
            if (str_eq(masked, STR("true")))
                buf_put(out, STR(",\"mask\":{\"reason\":\"masked\",\"author\":\"golden\"}"));
            buf_put_char(out, '}');
            first = false;
        }
    buf_put_char(out, ']');
}

static void field_put(Buf *out, const char *name, Str value)
{
    if (value.len)
        buf_printf(out, ",\"%s\":" STR_FMT, name, STR_ARG(value));
}

/* `context` is called so in one part of the golden file, `ctx` in the other. */
static void side_put(Buf *out, Str side, Arena *arena)
{
    Str context = member(side, STR("context"), arena);
    findings_put(out, member(side, STR("findings"), arena), arena);
    field_put(out, "context", context.len ? context : member(side, STR("ctx"), arena));
    field_put(out, "escape", member(side, STR("escape"), arena));
    field_put(out, "fixed", member(side, STR("fixed"), arena));
}

static void result_of(const Golden *g, Str text, Arena *arena, Result *out)
{
    Error err = {0};
    REQUIRE_OK(result_read_json(text, arena, out, &err));
    REQUIRE_OK(score_result(g->policy, arena, out, &err));
}

static bool near(int64_t got, double want, double by)
{
    return fabs((double)got - want) <= by;
}

/* [[points, [key parts]], ...] against the first contributions. */
static void check_top(const Score *score, Str top, Arena *arena)
{
    Json j;
    size_t i = 0;
    json_init(&j, top, arena);
    for (json_enter_array(&j); json_next_item(&j); i++) {
        Str key = {0};
        json_enter_array(&j);
        json_next_item(&j);
        double points = json_take_number(&j, NAN);
        json_next_item(&j);
        json_enter_array(&j);
        for (bool first = true; json_next_item(&j); first = false) {
            Str part = json_take_str(&j);
            key = arena_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(key), first ? "" : "/",
                               STR_ARG(part));
        }
        CHECK(!json_next_item(&j));
        CHECK(i < score->contributions.len);
        if (i < score->contributions.len) {
            CHECK_INT(score->contributions.at[i].points, lround(points * 10));
            CHECK_STR(score->contributions.at[i].key, key);
        }
    }
}

static void check_components(const Score *score, Str components, Arena *arena)
{
    Json j;
    Str name;
    size_t i = 0;
    json_init(&j, components, arena);
    for (json_enter_object(&j); json_next_key(&j, &name); i++) {
        double want = json_take_number(&j, NAN);
        CHECK(i < score->components.len);
        if (i < score->components.len) {
            CHECK_STR(score->components.at[i].name, name);
            CHECK(fabs(score->components.at[i].score - want) <= .00051);
        }
    }
    CHECK_INT(score->components.len, i);
}

/* [[[kind, eco, unit], score after], ...] */
static void check_fixes(const Score *score, Str fixes, Arena *arena)
{
    Json j;
    size_t i = 0;
    json_init(&j, fixes, arena);
    for (json_enter_array(&j); json_next_item(&j); i++) {
        Str part[3] = {{0}};
        json_enter_array(&j);
        json_next_item(&j);
        json_enter_array(&j);
        for (size_t k = 0; json_next_item(&j); k++)
            part[k] = json_take_str(&j);
        json_next_item(&j);
        int64_t after = json_take_int(&j, -1);
        CHECK(!json_next_item(&j));
        CHECK(i < score->best_fixes.len);
        if (i < score->best_fixes.len) {
            const BestFix *fix = &score->best_fixes.at[i];
            CHECK_STR(finding_kind_name(fix->kind), part[0]);
            CHECK_STR(fix->eco, part[1]);
            CHECK_STR(fix->unit, part[2]);
            CHECK_INT(fix->score_after, after);
        }
    }
    CHECK(i == 3 || score->best_fixes.len == i);
}

static void check_points_add_up(const Score *score)
{
    int64_t tenths = 0, nanonats = 0;
    for (size_t i = 0; i < score->contributions.len; i++) {
        tenths += score->contributions.at[i].points;
        nanonats += score->contributions.at[i].nanonats;
    }
    CHECK_INT(tenths, score->exact);
    CHECK_INT(nanonats, score->raw);
}

TEST(golden_own)
{
    Golden g CLEANUP(golden_close);
    Json j;
    size_t cases = 0;
    golden_open(&g);
    Arena *arena = &g.arena;
    json_init(&j, member(g.text, STR("own"), arena), arena);
    for (json_enter_array(&j); json_next_item(&j); cases++) {
        Buf text CLEANUP(buf_fini) = {0};
        Str row = json_take_raw(&j);
        Result result;
        buf_put_char(&text, '{');
        side_put(&text, row, arena);
        buf_printf(&text, ",\"score\":{\"fixed\":" STR_FMT "}}",
                   STR_ARG(member(row, STR("fixed"), arena)));
        result_of(&g, buf_str(&text), arena, &result);
        double units = (double)result.findings.len + 1;
        CHECK(near(result.score.raw, number(row, STR("raw_nanonats"), arena), 2 * units));
        CHECK_INT(result.score.combined, number(row, STR("score"), arena));
        CHECK_INT(result.score.exact, lround(number(row, STR("exact"), arena) * 10));
        CHECK_STR(result.score.level, word(row, STR("band"), arena));
        check_components(&result.score, member(row, STR("components"), arena), arena);
        check_top(&result.score, member(row, STR("top"), arena), arena);
        check_fixes(&result.score, member(row, STR("best_fixes"), arena), arena);
        check_points_add_up(&result.score);
    }
    CHECK_INT(cases, 69);
}

/* The golden file has the increments of every side in `fixed`, all empty. */
static void check_expected(const Golden *g, Str text, Str expected)
{
    Result result;
    Arena arena CLEANUP(arena_fini) = {0};
    result_of(g, text, &arena, &result);
    CHECK(near(result.score.raw, number(expected, STR("raw_nanonats"), &arena), 100));
    CHECK_INT(result.score.combined, number(expected, STR("score"), &arena));
    check_top(&result.score, member(expected, STR("top"), &arena), &arena);
    check_points_add_up(&result.score);
}

static void host_put(Buf *out, Str row, Arena *arena)
{
    Json j;
    Str name;
    bool first = true;
    buf_put_char(out, '{');
    Str host = member(row, STR("host"), arena);
    side_put(out, host, arena);
    buf_printf(out, ",\"score\":{\"fixed\":" STR_FMT "}",
               STR_ARG(member(host, STR("fixed"), arena)));
    buf_put(out, STR(",\"vertical\":{\"containers\":{"));
    json_init(&j, member(row, STR("containers"), arena), arena);
    for (json_enter_object(&j); json_next_key(&j, &name); first = false) {
        buf_printf(out, "%s\"" STR_FMT "\":{", first ? "" : ",", STR_ARG(name));
        side_put(out, json_take_raw(&j), arena);
        buf_put_char(out, '}');
    }
    buf_put(out, STR("}}}"));
}

static void container_put(Buf *out, Str row, Str container, Arena *arena)
{
    buf_put_char(out, '{');
    findings_put(out, member(container, STR("findings"), arena), arena);
    field_put(out, "context", member(container, STR("ctx"), arena));
    buf_printf(out, ",\"score\":{\"fixed\":" STR_FMT "}",
               STR_ARG(member(container, STR("fixed"), arena)));
    buf_put(out, STR(",\"vertical\":{\"host\":{"));
    side_put(out, member(row, STR("host"), arena), arena);
    buf_put_char(out, '}');
    field_put(out, "escape", member(container, STR("escape"), arena));
    buf_put(out, STR("}}"));
}

TEST(golden_system)
{
    Golden g CLEANUP(golden_close);
    Json j, containers;
    Str name;
    size_t cases = 0;
    golden_open(&g);
    Arena *arena = &g.arena;
    json_init(&j, member(g.text, STR("system"), arena), arena);
    for (json_enter_array(&j); json_next_item(&j); cases++) {
        Buf text CLEANUP(buf_fini) = {0};
        Str row = json_take_raw(&j), expect = member(row, STR("expect"), arena);
        Str each = member(expect, STR("containers"), arena);
        host_put(&text, row, arena);
        check_expected(&g, buf_str(&text), member(expect, STR("host"), arena));
        json_init(&containers, member(row, STR("containers"), arena), arena);
        for (json_enter_object(&containers); json_next_key(&containers, &name);) {
            buf_clear(&text);
            container_put(&text, row, json_take_raw(&containers), arena);
            check_expected(&g, buf_str(&text), member(each, name, arena));
        }
    }
    CHECK_INT(cases, 20);
}

TEST(golden_app)
{
    Golden g CLEANUP(golden_close);
    Json j, members;
    size_t cases = 0;
    golden_open(&g);
    Arena *arena = &g.arena;
    json_init(&j, member(g.text, STR("app"), arena), arena);
    for (json_enter_array(&j); json_next_item(&j); cases++) {
        Str row = json_take_raw(&j);
        int64_t raw[64];
        Result result = {.as_of = 0};
        Error err = {0};
        size_t count = 0;
        json_init(&members, member(row, STR("members_nanonats"), arena), arena);
        for (json_enter_array(&members); count < 64 && json_next_item(&members); count++) {
            raw[count] = json_take_int(&members, -1);
            *vec_push(arena, &result.vertical.members) =
                (VerticalMember){arena_printf(arena, "m%zu", count), raw[count]};
        }
        CHECK(
            near(score_application(g.policy, raw, count), number(row, STR("nanonats"), arena), 2));
        REQUIRE_OK(score_result(g.policy, arena, &result, &err));
        CHECK(near(result.score.raw, number(row, STR("nanonats"), arena), 2));
        CHECK_INT(result.score.combined, number(row, STR("score"), arena));
        check_points_add_up(&result.score);
    }
    CHECK_INT(cases, 8);
}

TEST(golden_labels)
{
    Golden g CLEANUP(golden_close);
    Json j;
    Str key;
    size_t words = 0, scores = 0;
    golden_open(&g);
    json_init(&j, member(g.text, STR("labels"), &g.arena), &g.arena);
    for (json_enter_object(&j); json_next_key(&j, &key); words++)
        CHECK_STR(severity_name(policy_severity(g.policy, key, 0)), json_take_str(&j));
    json_init(&j, member(g.text, STR("label_from_cvss"), &g.arena), &g.arena);
    for (json_enter_object(&j); json_next_key(&j, &key); scores++) {
        double cvss = 0;
        CHECK(str_to_double(key, &cvss));
        CHECK_STR(severity_name(policy_severity(g.policy, (Str){0}, cvss)), json_take_str(&j));
    }
    CHECK_INT(words, 22);
    CHECK_INT(scores, 9);
}

/* Every value of `want` stands in `got` under the same name; arrays agree item by item. */
static void check_within(Str got, Str want, Str path, Arena *arena)
{
    Json w, o;
    Str key;
    json_init(&w, want, arena);
    json_init(&o, got, arena);
    if (json_peek(&w) != json_peek(&o)) {
        CHECK_STR(path, STR("the same kind of value"));
        return;
    }
    switch (json_peek(&w)) {
    case JSON_OBJECT:
        for (json_enter_object(&w); json_next_key(&w, &key);)
            check_within(member(got, key, arena), json_take_raw(&w),
                         arena_printf(arena, STR_FMT "." STR_FMT, STR_ARG(path), STR_ARG(key)),
                         arena);
        break;
    case JSON_ARRAY:
        for (json_enter_array(&w), json_enter_array(&o); json_next_item(&w);)
            if (json_next_item(&o))
                check_within(json_take_raw(&o), json_take_raw(&w), path, arena);
            else
                CHECK_STR(path, STR("as many items"));
        CHECK(!json_next_item(&o));
        break;
    case JSON_NUMBER:
        if (fabs(json_take_number(&w, NAN) - json_take_number(&o, NAN)) > 0)
            CHECK_STR(got, want);
        break;
    default:
        CHECK_STR(json_take_str(&o), json_take_str(&w));
    }
}

TEST(golden_policy)
{
    Golden g CLEANUP(golden_close);
    Buf ours CLEANUP(buf_fini) = {0};
    golden_open(&g);
    policy_write_json(g.policy, 0, &ours);
    Str theirs = member(g.text, STR("policy"), &g.arena);
    check_within(buf_str(&ours), theirs, STR("policy"), &g.arena);
    /* and we have no context beyond it */
    check_within(member(theirs, STR("context"), &g.arena),
                 member(buf_str(&ours), STR("context"), &g.arena), STR("context"), &g.arena);
}
