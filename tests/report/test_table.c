/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"
#include "report/text.h"

static Str table(Arena *arena, const Result *result, ReportOptions options)
{
    return report_write(arena, "table", result, options);
}

/* Nothing but printable ASCII and our own line ends. */
static bool is_plain(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\n' && (text.ptr[i] < 0x20 || text.ptr[i] > 0x7e))
            return false;
    return true;
}

TEST(hostile_names_reach_no_terminal)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_read(&arena, "hostile.json");
    CHECK(is_plain(table(&arena, &result, (ReportOptions){0})));
    CHECK(is_plain(table(&arena, &result, (ReportOptions){.width = 80})));
    Str unicode = table(&arena, &result, (ReportOptions){.width = 120, .unicode = true});
    CHECK(!str_contains(unicode, STR("\x1b")));
    CHECK(!str_contains(unicode, STR("\xc2\x9b")));
    CHECK(!str_contains(unicode, STR("\xe2\x80\xae")));
    CHECK(str_contains(unicode, STR("\\x1b]0;owned\\x07")));
}

/* Colours are the only escapes, and each is ours. */
TEST(colour_comes_from_the_options)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_read(&arena, "hostile.json");
    Str text = table(&arena, &result, (ReportOptions){.color = true});
    size_t escapes = report_count(text, STR("\x1b"));
    CHECK(escapes > 10);
    CHECK_INT(report_count(text, STR("\x1b[0m")) * 2, escapes);
    CHECK(!str_contains(text, STR("\x1b]")));
    result = report_read(&arena, "sample.json");
    CHECK(!str_contains(table(&arena, &result, (ReportOptions){.unicode = true}), STR("\x1b")));
}

static size_t widest_line(Str text)
{
    size_t widest = 0;
    for (Str line; str_next_line(&text, &line);)
        widest = text_width(line) > widest ? text_width(line) : widest;
    return widest;
}

TEST(lines_fit_the_terminal)
{
    static const unsigned widths[] = {80, 100, 132, 200};
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_read(&arena, "sample.json");
    for (size_t i = 0; i < COUNT_OF(widths); i++) {
        CHECK(widest_line(table(&arena, &result, (ReportOptions){.width = widths[i]})) <=
              widths[i]);
        CHECK(widest_line(
                  table(&arena, &result, (ReportOptions){.width = widths[i], .unicode = true})) <=
              widths[i]);
    }
}

TEST(wide_characters_count_twice)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_read(&arena, "hostile.json");
    result.inventory.packages.at[0].name = result.inventory.packages.at[1].name;
    for (size_t i = 0; i < result.findings.len; i++)
        result.findings.at[i].id = STR("CVE-1");
    Str text = table(&arena, &result, (ReportOptions){.width = 100, .unicode = true});
    CHECK(str_contains(text, STR("\xe6\xbc\xa2\xe5\xad\x97")));
    size_t at = str_find(text, STR("Findings"));
    text = str_from_pos(text, at);
    CHECK(widest_line(str_head(text, str_find(text, STR("masked")))) <= 100);
}

TEST(nothing_is_cut_without_a_terminal)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_read(&arena, "sample.json");
    Str text = table(&arena, &result, (ReportOptions){0});
    CHECK(is_plain(text));
    for (size_t i = 0; i < result.findings.len; i++) {
        const Finding *f = &result.findings.at[i];
        CHECK(str_contains(text, f->id) == !finding_is_masked(f, result.as_of));
        CHECK(finding_is_masked(f, result.as_of) || str_contains(text, f->title));
    }
}

TEST(card_says_what_counts)
{
    static const Str lines[] = {
        STR_INIT("966  SEVERE  of 1000 (965.6)"),
        STR_INIT("database 3f9ac1d2, built 2026-06-28, 2 days old"),
        STR_INIT("Debian GNU/Linux 12 (bookworm), only long-term support is left"),
        STR_INIT("249.3  965.6  CVE-2025-90121 libwebp"),
        STR_INIT("KEV, PoC, EPSS 0.41, high"),
        STR_INIT("918  upgrade libwebp7, libwebpmux3 to 1.2.4-0.2+deb12u1"),
        STR_INIT("4 masked findings are not counted"),
        STR_INIT("1 thing could not be examined"),
        STR_INIT("INCOMPLETE: this could not be examined"),
    };
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_read(&arena, "sample.json");
    Str text = table(&arena, &result, (ReportOptions){0});
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        CHECK(str_contains(text, lines[i]));
        if (!str_contains(text, lines[i]))
            fprintf(stderr, "missing: " STR_FMT "\n", STR_ARG(lines[i]));
    }
}

TEST(unknown_says_why)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result result = report_read(&arena, "unknown.json");
    Str text = table(&arena, &result, (ReportOptions){0});
    CHECK(str_contains(text, STR("UNKNOWN\n  No package could be found, so there is no number.")));
    CHECK(
        str_contains(text, STR("the seed that came with the program 3f9ac1d2, built 2026-06-28")));
    CHECK(str_contains(text, STR("none seen")));
    CHECK(!str_contains(text, STR("of 1000")));
}

TEST(narrow_terminals_do_no_harm)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Result sample = report_read(&arena, "sample.json"),
           hostile = report_read(&arena, "hostile.json");
    for (unsigned width = 1; width < 60; width++) {
        CHECK(table(&arena, &sample, (ReportOptions){.width = width, .unicode = true}).len > 0);
        CHECK(table(&arena, &hostile, (ReportOptions){.width = width}).len > 0);
    }
}
