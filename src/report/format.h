/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "model/result.h"

/* How a report is shown. Where it goes (a file, a pipe, a terminal, $NO_COLOR) is for the caller to
 * find out; none of it changes what json and html say. */
typedef struct ReportOptions {
    bool color;                  /* ANSI colours */
    unsigned width;              /* columns of the terminal; 0: no terminal, nothing is cut */
    bool unicode;                /* else ASCII alone, other characters as \u00e9 */
    Str program;                 /* "assay 0.1.0" */
    const struct Policy *policy; /* what the score was computed with: shows what the context did to
                                  * each finding; NULL: nothing is said of it */
    Arena *arena;                /* to work beside, or NULL */
} ReportOptions;

/* One format of a report: one file and one row. Writing appends to `out`, is deterministic, and
 * takes every text of the result for hostile. */
typedef struct ReportFormat {
    const char *name, *summary, *spec;
    bool masked; /* lists masked findings: without, a Result may count some alone */
    bool (*write)(const Result *result, const ReportOptions *options, Buf *out, Error *err);
} ReportFormat;

const ReportFormat *const *report_formats(size_t *count);
const ReportFormat *report_format_find(Str name); /* NULL if there is none */

extern const ReportFormat report_format_table, report_format_json, report_format_html;
