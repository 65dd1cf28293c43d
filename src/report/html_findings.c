/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html.h"

static void badge(Html *h, const char *name, Str text)
{
    html_format(h, "<span class=\"badge %s\">", name);
    html_text(h, text);
    html_raw(h, "</span>");
}

static void badges(Html *h, const Finding *f)
{
    const bool *exploit = f->inputs.exploit;
    if (f->kev.added != DATE_NONE || exploit[EXPLOIT_KEV])
        badge(h, "kev",
              f->kev.ransomware || exploit[EXPLOIT_RANSOMWARE] ? STR("KEV ransomware")
                                                               : STR("KEV"));
    else if (exploit[EXPLOIT_OTHER_KEV])
        badge(h, "kev", STR("exploited"));
    if (exploit[EXPLOIT_METASPLOIT] || exploit[EXPLOIT_NUCLEI] || exploit[EXPLOIT_POC] ||
        exploit[EXPLOIT_EXPLOITDB])
        badge(h, "poc", STR("exploit public"));
    if (f->disputed)
        badge(h, "", STR("disputed"));
    if (!finding_kind_is_cve(f->kind))
        badge(h, "", finding_kind_name(f->kind));
}

static void row_points(Html *h, const Finding *f)
{
    int32_t most = h->summary->count ? h->summary->order[0]->points : 0;
    html_raw(h, "<span class=\"pts\"><b>");
    html_tenths(h, f->points);
    html_format(h,
                "</b><span class=\"vh\"> points</span><svg class=\"bar\" viewBox=\"0 0 1000 10\" "
                "preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"track\" "
                "width=\"1000\" height=\"10\"/><rect class=\"s-" STR_FMT
                "\" width=\"%lld\" height=\"10\"/></svg></span>",
                STR_ARG(severity_name(f->severity)),
                most > 0 ? (long long)f->points * 1000 / most : 0);
}

static void row_package(Html *h, const Finding *f)
{
    Str installed = finding_installed(h->result, f), fixed = finding_fixed_in(f);
    html_raw(h, "<span class=\"pkg\">");
    html_tag(h, "span", "name", finding_where(h->arena, h->result, f));
    if (installed.len || fixed.len) {
        html_raw(h, "<small>");
        html_text(h, installed);
        if (f->fixed_in.len)
            html_raw(h, " <span class=\"to\"><span aria-hidden=\"true\">&rarr;</span>"
                        "<span class=\"vh\">fixed in</span> ");
        else
            html_raw(h, installed.len ? " <span>&middot; " : " <span>");
        html_text(h, fixed);
        html_raw(h, "</span></small>");
    }
    html_raw(h, "</span>");
}

static bool is_fixable(const Finding *f)
{
    return f->fixed_in.len || f->inputs.fix == FIX_AVAILABLE || !finding_kind_is_cve(f->kind);
}

static void row(Html *h, const Finding *f)
{
    Str severity = severity_name(f->severity), kind = finding_kind_name(f->kind);
    html_format(h, "<li data-p=\"%d\" data-s=\"%d\" data-k=\"" STR_FMT "\" data-f=\"%d\" data-d=\"",
                f->points, (int)f->severity, STR_ARG(kind), is_fixable(f));
    html_text(h, date_str(h->arena, f->deadline.date));
    html_raw(h, "\"><details><summary>");
    row_points(h, f);
    html_format(h, "<span class=\"sev s-" STR_FMT "\">" STR_FMT "</span>", STR_ARG(severity),
                STR_ARG(severity));
    html_raw(h, "<span class=\"main\"><span class=\"id\">");
    html_text(h, f->id);
    html_raw(h, "</span> ");
    badges(h, f);
    html_tag(h, "small", NULL, f->title);
    html_raw(h, "</span>");
    row_package(h, f);
    html_raw(h, "<span class=\"due\">");
    html_text(h, date_str(h->arena, f->deadline.date));
    html_raw(h, "</span></summary><div class=\"more\">");
    html_finding_more(h, f);
    html_raw(h, "</div></details></li>\n");
}

static void masked(Html *h)
{
    const Summary *summary = h->summary;
    if (summary->masked_count == 0)
        return;
    html_format(h,
                "<details class=\"plain\" id=\"masked\"><summary>%zu masked, not counted</summary>"
                "<ul class=\"masked\">",
                summary->masked_count);
    for (size_t i = 0; i < summary->masked_count; i++) {
        const Finding *f = summary->masked[i];
        html_raw(h, "<li><b>");
        html_text(h, f->id);
        html_raw(h, "</b> ");
        html_text(h, finding_where(h->arena, h->result, f));
        html_raw(h, "<small>");
        html_text(h, f->mask.reason);
        html_raw(h, " &middot; ");
        html_text(h, f->mask.author.len ? f->mask.author : STR("no author"));
        if (f->mask.until != DATE_NONE) {
            html_raw(h, " &middot; until ");
            html_text(h, date_str(h->arena, f->mask.until));
        }
        html_raw(h, "</small></li>");
    }
    html_raw(h, "</ul></details>");
}

/* Shown by the script alone: without it nothing of this would work. */
static void tools(Html *h)
{
    bool kinds[FINDING_KINDS] = {0};
    for (size_t i = 0; i < h->summary->count; i++)
        kinds[h->summary->order[i]->kind] = true;
    html_raw(
        h, "<form class=\"tools\" id=\"tools\" hidden role=\"search\" aria-label=\"Findings\">"
           "<label class=\"find\">Search<input type=\"search\" id=\"f-text\" autocomplete=\"off\" "
           "spellcheck=\"false\" placeholder=\"id, package, title\"></label>"
           "<label>Severity<select id=\"f-severity\"><option value=\"0\">all</option>"
           "<option value=\"5\">critical</option><option value=\"4\">high and up</option>"
           "<option value=\"3\">medium and up</option><option value=\"2\">low and up</option>"
           "</select></label><label>Kind<select id=\"f-kind\"><option value=\"\">all</option>");
    for (size_t i = 0; i < FINDING_KINDS; i++)
        if (kinds[i])
            html_tag(h, "option", NULL, finding_kind_name((FindingKind)i));
    html_raw(
        h,
        "</select></label><label>Sort by<select id=\"f-sort\"><option value=\"p\">points</option>"
        "<option value=\"s\">severity</option><option value=\"i\">id</option>"
        "<option value=\"w\">package</option><option value=\"d\">due date</option></select></label>"
        "<label class=\"check\"><input type=\"checkbox\" id=\"f-fix\">can be fixed</label>"
        "<output id=\"f-count\" aria-live=\"polite\"></output></form>");
}

void html_findings(Html *h)
{
    const Summary *summary = h->summary;
    html_format(h,
                "<section class=\"panel\" id=\"findings\"><h2>Findings <span "
                "class=\"count\">%zu</span></h2>",
                summary->count);
    if (summary->count == 0)
        html_raw(h, h->result->score.known ? "<p>None.</p>" : "<p>None seen.</p>");
    else {
        tools(h);
        html_raw(
            h, "<div class=\"heads\" aria-hidden=\"true\"><span>Points</span><span>Severity</span>"
               "<span>What</span><span>Where, and the fix</span><span>Due</span></div>"
               "<ul class=\"list\" id=\"list\">\n");
        for (size_t i = 0; i < summary->count; i++)
            row(h, summary->order[i]);
        html_raw(h, "</ul><p id=\"none\" hidden>Nothing matches.</p>");
    }
    masked(h);
    html_raw(h, "</section>\n");
}
