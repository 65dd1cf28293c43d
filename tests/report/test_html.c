/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

static Str html(Arena *arena, const Result *result)
{
    return report_write(arena, "html", result, (ReportOptions){0});
}

/* One script and one style, ours; nothing that a name of the image opened. */
TEST(hostile_names_stay_text)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_read(&arena, "hostile.json");
    Str page = html(&arena, &result);
    CHECK_INT(report_count(page, STR("<script")), 1);
    CHECK_INT(report_count(page, STR("</script")), 1);
    CHECK_INT(report_count(page, STR("<style")), 1);
    CHECK_INT(report_count(page, STR("<img")), 0);
    CHECK_INT(report_count(page, STR("\"><img")), 0);
    CHECK_INT(report_count(page, STR("\x1b")), 0);
    CHECK_INT(report_count(page, STR("\xe2\x80\xae")), 0);
    CHECK(str_contains(page, STR("&lt;/script&gt;&lt;script&gt;alert(1)")));
}

TEST(page_asks_nothing_of_the_network)
{
    static const Str words[] = {STR_INIT("src="),    STR_INIT("url("),     STR_INIT("@import"),
                                STR_INIT("=\"http"), STR_INIT("<iframe"),  STR_INIT("<link"),
                                STR_INIT(" style="), STR_INIT(" onclick"), STR_INIT("fetch(")};
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_read(&arena, "sample.json");
    Str page = html(&arena, &result);
    for (size_t i = 0; i < COUNT_OF(words); i++)
        CHECK(!str_contains(page, words[i]));
    CHECK(str_contains(page, STR("content=\"default-src 'none'; style-src 'sha256-")));
}

TEST(every_finding_is_there_once)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_read(&arena, "sample.json");
    Str page = html(&arena, &result);
    CHECK_INT(report_count(page, STR("<li data-p=")), 54);
    CHECK(str_contains(page, STR("4 masked, not counted")));
    for (size_t i = 0; i < result.findings.len; i++)
        if (!finding_is_masked(&result.findings.at[i], result.as_of)) {
            Str cell = arena_printf(&arena, "<span class=\"id\">" STR_FMT "</span>",
                                    STR_ARG(result.findings.at[i].id));
            CHECK_INT(report_count(page, cell), 1);
        }
}

TEST(unknown_has_no_number)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_read(&arena, "unknown.json");
    Str page = html(&arena, &result);
    CHECK(str_contains(page, STR("<p class=\"level\">UNKNOWN</p>")));
    CHECK(str_contains(page, STR("No package could be found")));
    CHECK(!str_contains(page, STR("class=\"arc\"")));
}

TEST(relations_have_a_component)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_read(&arena, "container.json");
    Str page = html(&arena, &result);
    CHECK(str_contains(page, STR("<b>host</b>")));
    CHECK(str_contains(page, STR("host: host/CVE-2024-1/Debian/linux")));
    CHECK(str_contains(page, STR("<b>wan_access</b> <small>fixed increment</small>")));
}
