/* SPDX-License-Identifier: Apache-2.0 */
#include "report/format.h"

#include "report/html.h"
#include "report/html/resources.h"

static void head(Html *h)
{
    html_raw(h, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"");
    buf_put(h->out, page_csp);
    html_raw(h, "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    html_text(h, h->result->inventory.subject.name);
    html_raw(h, " - Assay report</title>\n<style>");
    buf_put(h->out, page_css);
    html_raw(
        h,
        "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n"
        "<header class=\"top\"><span class=\"brand\">Assay</span>"
        "<nav aria-label=\"Sections\"><a href=\"#score\">Score</a><a href=\"#fixes\">Fixes</a>"
        "<a href=\"#findings\">Findings</a><a "
        "href=\"#layers\">Layers</a></nav></header>\n<main>\n");
}

static void notes(Html *h, const char *id, const char *title, const char *lead, const NoteVec *list)
{
    if (list->len == 0)
        return;
    html_format(h, "<section class=\"panel\" id=\"%s\"><h2>%s</h2>%s<ul class=\"notes\">", id,
                title, lead);
    for (size_t i = 0; i < list->len; i++) {
        html_raw(h, "<li>");
        html_tag(h, "code", NULL, list->at[i].what);
        html_raw(h, " ");
        html_text(h, list->at[i].why);
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul></section>\n");
}

/* Where the data came from and what computed the number, for whoever has to check it. */
static void origin(Html *h)
{
    const DatabaseInfo *database = &h->result->database;
    html_raw(
        h,
        "<section class=\"panel\" id=\"data\"><h2>Where this comes from</h2><dl class=\"facts\">");
    html_row(h, "Data", data_words(h->arena, h->result));
    html_row(h, "Policy", h->result->policy_hash);
    html_row(h, "Model", h->result->model);
    html_row(h, "Made by", h->options->program);
    html_raw(h, "</dl>");
    if (database->sources.len) {
        html_format(h,
                    "<details class=\"plain\"><summary>%zu sources of data</summary>"
                    "<div class=\"scroll\"><table><thead><tr><th>Source</th><th>As of</th>"
                    "<th class=\"n\">Records</th></tr></thead><tbody>",
                    database->sources.len);
        for (size_t i = 0; i < database->sources.len; i++) {
            const DatabaseSource *source = &database->sources.at[i];
            html_raw(h, "<tr><td>");
            html_text(h, source->name);
            html_raw(h, "</td><td>");
            html_text(h, source->modified.len ? source->modified : STR("not said"));
            html_format(h, "</td><td class=\"n\">%llu</td></tr>",
                        (unsigned long long)source->records);
        }
        html_raw(h, "</tbody></table></div></details>");
    }
    html_raw(h, "</section>\n");
}

static bool html_write(const Result *result, const ReportOptions *options, Buf *out, Error *err)
{
    (void)err;
    Arena arena CLEANUP(arena_fini) = {.eager = true};
    Summary summary;
    summary_of(&arena, result, &summary);
    Html h = {out, &arena, options, &summary, result};
    head(&h);
    html_card(&h);
    notes(&h, "incomplete", "Not examined",
          "<p class=\"lead\">Nothing is known about these, and they may hide more.</p>",
          &result->inventory.incomplete);
    html_waterfall(&h);
    html_fixes(&h);
    html_findings(&h);
    html_layers(&h);
    notes(&h, "notes", "Notes", "", &result->inventory.notes);
    origin(&h);
    html_raw(&h, "</main>\n<script>");
    buf_put(out, page_js);
    html_raw(&h, "</script>\n</body>\n</html>\n");
    return true;
}

const ReportFormat report_format_html = {
    .name = "html",
    .summary = "one page that needs nothing else: the card, the waterfall, the list",
    .spec = "https://html.spec.whatwg.org/",
    .masked = true,
    .write = html_write,
};
