/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include "base/fd.h"
#include "report/result_json.h"

Result report_parse(Arena *arena, Str text)
{
    Error err = {0};
    Result result;
    REQUIRE_OK(result_read_json(text, arena, &result, &err));
    return result;
}

Result report_read(Arena *arena, const char *name)
{
    Error err = {0};
    Str text;
    Str path = test_source(arena, arena_c_str(arena, arena_printf(arena, "tests/report/%s", name)));
    REQUIRE_OK(file_read(path, 1 << 24, arena, &text, &err));
    return report_parse(arena, text);
}

Str report_write(Arena *arena, const char *format, const Result *result, ReportOptions options)
{
    Error err = {0};
    Buf out CLEANUP(buf_fini) = {0};
    options.program = STR("assay 0");
    REQUIRE_OK(report_format_find(str_from(format))->write(result, &options, &out, &err));
    return arena_str(arena, buf_str(&out));
}

size_t report_count(Str text, Str needle)
{
    size_t count = 0;
    for (size_t at; (at = str_find(text, needle)) != STR_NONE; count++)
        text = str_from_pos(text, at + needle.len);
    return count;
}
