/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html.h"

#include "report/text.h"

void html_raw(Html *h, const char *markup)
{
    buf_put(h->out, str_from(markup));
}

void html_format(Html *h, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(h->out, format, args);
    va_end(args);
}

void html_text(Html *h, Str text)
{
    Str safe = text_safe(h->arena, text, true);
    for (size_t i = 0; i < safe.len; i++)
        switch (safe.ptr[i]) {
        case '&':
            buf_put(h->out, STR("&amp;"));
            break;
        case '<':
            buf_put(h->out, STR("&lt;"));
            break;
        case '>':
            buf_put(h->out, STR("&gt;"));
            break;
        case '"':
            buf_put(h->out, STR("&quot;"));
            break;
        case '\'':
            buf_put(h->out, STR("&#39;"));
            break;
        default:
            buf_put_char(h->out, safe.ptr[i]);
        }
}

void html_tag(Html *h, const char *tag, const char *name, Str text)
{
    if (text.len == 0)
        return;
    if (name)
        html_format(h, "<%s class=\"%s\">", tag, name);
    else
        html_format(h, "<%s>", tag);
    html_text(h, text);
    html_format(h, "</%s>", tag);
}

void html_row(Html *h, const char *term, Str text)
{
    if (text.len == 0)
        return;
    html_format(h, "<dt>%s</dt><dd>", term);
    html_text(h, text);
    html_raw(h, "</dd>");
}

void html_tenths(Html *h, int64_t tenths)
{
    html_text(h, tenths_str(h->arena, tenths));
}

const char *html_level_class(Str level)
{
    static const struct {
        Str level;
        const char *name;
    } rows[] = {
        {STR_INIT("SEVERE"), "l-severe"}, {STR_INIT("HIGH"), "l-high"},
        {STR_INIT("MEDIUM"), "l-medium"}, {STR_INIT("LOW"), "l-low"},
        {STR_INIT("NONE"), "l-none"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(rows[i].level, level))
            return rows[i].name;
    return "l-unknown";
}
