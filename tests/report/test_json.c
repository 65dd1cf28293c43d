/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "base/fd.h"
#include "report.h"
#include "report/result_json.h"

static Str json(Arena *arena, const Result *result)
{
    return report_write(arena, "json", result, (ReportOptions){0});
}

TEST(errors_name_path_and_expectation)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Str rest, line;
    REQUIRE_OK(
        file_read(test_source(&arena, "tests/report/errors.txt"), 1 << 20, &arena, &rest, &err));
    while (str_next_line(&rest, &line)) {
        if (line.len == 0 || str_at(line, 0) == '#')
            continue;
        size_t at = str_find(line, STR(" => "));
        Result result;
        err = (Error){0};
        CHECK(!result_read_json(str_head(line, at), &arena, &result, &err));
        CHECK_STR(str_from(err.message), str_from_pos(line, at + 4));
    }
}

TEST(what_is_no_utf8_is_refused)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Result result;
    CHECK(!result_read_json(STR("{\"as_of\": \"\xff\"}"), &arena, &result, &err));
}

/* Byte for byte what was read: the file was written here. */
TEST(round_trip_keeps_every_byte)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Str text;
    REQUIRE_OK(
        file_read(test_source(&arena, "tests/report/sample.json"), 1 << 24, &arena, &text, &err));
    Result result = report_parse(&arena, text);
    CHECK(str_eq(json(&arena, &result), text));
}

TEST(round_trip_of_what_is_hostile_or_nested)
{
    static const char *const names[] = {"hostile.json", "container.json", "host.json"};
    Arena arena CLEANUP(arena_fini) = {0};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        Result result = report_read(&arena, names[i]);
        Str first = json(&arena, &result);
        result = report_parse(&arena, first);
        CHECK(str_eq(json(&arena, &result), first));
    }
}

/* A file written by hand: findings of id, kind and inputs are enough, unknown names are passed
 * over. */
TEST(little_is_enough)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_parse(
        &arena,
        STR("{\"extra\": {\"a\": [1]}, \"findings\": ["
            "{\"id\": \"CVE-2\", \"kind\": \"cve\", \"inputs\": {\"sev\": \"high\", \"kev\": "
            "true, \"epss\": 0.5, \"unit\": \"openssl\", \"eco\": \"Debian\", \"new\": 1}},"
            "{\"id\": \"c\", \"kind\": \"config\", \"inputs\": {\"level\": \"critical\"}}],"
            "\"context\": {\"mitigation\": [\"waf\", \"netpol\"], \"exposure\": \"none\"}}"));
    CHECK_INT(result.findings.len, 2);
    const Finding *first = &result.findings.at[1], *second = &result.findings.at[0];
    CHECK_STR(first->id, STR("CVE-2"));
    CHECK_STR(first->unit, STR("openssl"));
    CHECK_INT(first->inputs.known, INPUT_SEVERITY | INPUT_EPSS | INPUT_EXPLOIT << EXPLOIT_KEV);
    CHECK_INT(first->severity, SEVERITY_HIGH);
    CHECK_STR(second->unit, STR("c"));
    CHECK_INT(second->severity, SEVERITY_CRITICAL);
    CHECK_INT(context_find(&result.context, STR("mitigation"))->values.len, 2);
    CHECK(!result.score.known);
    CHECK_INT(result.as_of, DATE_NONE);
}

/* Increments are said where they are written: a score is computed again from what it says. */
TEST(increments_are_active_again)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_parse(&arena, STR("{\"score\": {\"fixed\": [\"wan_access\"]}}"));
    CHECK_INT(result.fixed.len, 1);
    CHECK_STR(result.fixed.at[0], STR("wan_access"));
}

TEST(null_stands_for_no_score)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_parse(&arena, STR("{}"));
    Str text = json(&arena, &result);
    CHECK(str_contains(text, STR("\"combined\": null,\n    \"exact\": null,\n    \"level\": "
                                 "\"UNKNOWN\"")));
    CHECK(!str_contains(text, STR("\"vertical\"")));
}

/* What is not known is left out of inputs, never null. */
TEST(inputs_hold_what_is_known)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_parse(
        &arena, STR("{\"findings\": [{\"id\": \"CVE-1\", \"kind\": \"cve\", \"inputs\": {}}]}"));
    CHECK(str_contains(json(&arena, &result), STR("\"inputs\": {\n        \"unit\": \"CVE-1\",\n"
                                                  "        \"eco\": \"\"\n      }")));
}

TEST(points_add_up_and_have_one_decimal)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_read(&arena, "sample.json");
    int64_t points = 0, raw = 0;
    for (size_t i = 0; i < result.score.contributions.len; i++) {
        points += result.score.contributions.at[i].points;
        raw += result.score.contributions.at[i].nanonats;
        CHECK(result.score.contributions.at[i].finding < result.findings.len);
    }
    CHECK_INT(points, result.score.exact);
    CHECK_INT(raw, result.score.raw);
    result.score.exact = 9650;
    CHECK(str_contains(json(&arena, &result), STR("\"exact\": 965.0,")));
}

TEST(too_many_properties_are_refused)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf text CLEANUP(buf_fini) = {0};
    Error err = {0};
    Result result;
    buf_put(&text, STR("{\"context\": {"));
    for (int i = 0; i < 70; i++)
        buf_printf(&text, "%s\"p%d\": \"v\"", i ? ", " : "", i);
    buf_put(&text, STR("}}"));
    CHECK(!result_read_json(buf_str(&text), &arena, &result, &err));
}

/* With Python's jsonschema, where this machine has it. */
TEST(output_meets_the_schema)
{
    static const char *const names[] = {"sample.json", "hostile.json", "container.json",
                                        "host.json", "unknown.json"};
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    if (system("python3 -W ignore -c 'import jsonschema' 2>/dev/null") != 0)
        test_skip("python3 has no jsonschema here");
    Str folder = test_folder(&arena);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        Result result = report_read(&arena, names[i]);
        Str path = arena_printf(&arena, STR_FMT "/%s", STR_ARG(folder), names[i]);
        REQUIRE_OK(file_write_atomic(path, json(&arena, &result), &err));
        Str command = arena_printf(&arena,
                                   "python3 -W ignore -c 'import json,sys,jsonschema\n"
                                   "s=json.load(open(sys.argv[1]))\n"
                                   "v=jsonschema.Draft202012Validator(s)\n"
                                   "v.check_schema(s)\n"
                                   "e=[x.json_path+\": \"+x.message for x in "
                                   "v.iter_errors(json.load(open(sys.argv[2])))]\n"
                                   "print(\"\\n\".join(e[:5]))\n"
                                   "sys.exit(bool(e))' '" STR_FMT "' '" STR_FMT "'",
                                   STR_ARG(test_source(&arena, "docs/schema/result.schema.json")),
                                   STR_ARG(path));
        CHECK_INT(system(arena_c_str(&arena, command)), 0);
    }
}

TEST(formats_are_found_by_name)
{
    size_t count;
    const ReportFormat *const *formats = report_formats(&count);
    CHECK(!report_format_find(STR("pdf")));
    for (size_t i = 0; i < count; i++) {
        CHECK(report_format_find(str_from(formats[i]->name)) == formats[i]);
        CHECK(formats[i]->summary[0] && formats[i]->spec[0] && formats[i]->write);
    }
}
