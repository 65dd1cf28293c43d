/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/format.h"
#include "report/summary.h"

/* A page of text: all that reaches a terminal goes through here and is made safe on the way. */
typedef enum Style {
    STYLE_PLAIN,
    STYLE_BOLD,
    STYLE_DIM,
    STYLE_RED,
    STYLE_STRONG_RED,
    STYLE_YELLOW,
    STYLE_GREEN,
    STYLE_MAGENTA,
    STYLES,
} Style;

typedef struct Page {
    Buf *out;
    Arena *arena;
    const ReportOptions *options;
} Page;

/* One cell or span: text as the data has it. */
typedef struct Span {
    Str text;
    Style style;
} Span;

void page_put(Page *page, Span span);
void page_line(Page *page); /* ends the line */
/* Spaces up to `column` for what has `used` columns. */
void page_pad(Page *page, size_t used, size_t column);
/* "label  text", wrapped at words to the width and hanging under the text. */
void page_field(Page *page, Str label, Span text);
/* Wrapped at words; `first` columns are used already, later lines start at `hang`. */
void page_wrap(Page *page, size_t first, size_t hang, Span text);

Style style_of_level(Str level);
Style style_of_severity(Severity severity);

/* A table: columns as wide as they need to be; where the terminal is too narrow the widest are cut
 * first, and columns of least importance left out. The last column takes what is left. */
typedef struct Column {
    Str title;
    unsigned least; /* columns that it is never cut below */
    bool right;     /* numbers */
    unsigned rank;  /* left out in this order where there is no room; 0: never */
} Column;

/* cells[row * count + column] */
void page_table(Page *page, const Column *columns, size_t count, const Span *spans, size_t rows);
