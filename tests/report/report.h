/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/format.h"
#include "test.h"

/* A result of tests/report, read. */
Result report_read(Arena *arena, const char *name);
Result report_parse(Arena *arena, Str text);
/* What a format makes of it. */
Str report_write(Arena *arena, const char *format, const Result *result, ReportOptions options);
size_t report_count(Str text, Str needle);
