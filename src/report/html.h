/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/format.h"
#include "report/summary.h"

/* The page is written in one pass. What comes from the result goes through html_text; html_raw
 * takes literals of ours and html_format numbers alone. */
typedef struct Html {
    Buf *out;
    Arena *arena;
    const ReportOptions *options;
    const Summary *summary;
    const Result *result;
} Html;

void html_raw(Html *h, const char *markup);
void html_format(Html *h, const char *format, ...) PRINTF_LIKE(2, 3);
/* Escaped for text and for attributes in double quotes; control characters are shown, not sent. */
void html_text(Html *h, Str text);
/* <tag class="name">text</tag>; nothing at all for the empty text. `name` may be NULL. */
void html_tag(Html *h, const char *tag, const char *name, Str text);
/* <dt>term</dt><dd>text</dd>, nothing for the empty text. */
void html_row(Html *h, const char *term, Str text);
void html_tenths(Html *h, int64_t tenths);
const char *html_level_class(Str level); /* "l-severe" */

/* The parts of the page. */
void html_card(Html *h);
void html_waterfall(Html *h);
void html_fixes(Html *h);
void html_findings(Html *h);
void html_finding_more(Html *h, const Finding *f); /* what one row opens to */
void html_layers(Html *h);
