/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html.h"

enum { TOP = 10, OUTLOOK = 3 };

/* --- the card --- */

/* What a few fixes are worth. */
static void outlook(Html *h)
{
    const Score *score = &h->result->score;
    size_t steps = score->best_fixes.len < OUTLOOK ? score->best_fixes.len : OUTLOOK;
    if (steps)
        html_format(h,
                    "<p class=\"outlook\"><a href=\"#fixes\">%zu fix%s</a> would make it "
                    "<b>%d</b></p>",
                    steps, steps == 1 ? "" : "es", score->best_fixes.at[steps - 1].score_after);
}

/* The arc is 1000 long, so that a dash of the score's length draws it. */
static void gauge(Html *h)
{
    const Score *score = &h->result->score;
    html_format(h,
                "<div class=\"gauge %s\"><svg viewBox=\"0 0 200 118\" role=\"img\" "
                "aria-labelledby=\"gauge-name\"><title id=\"gauge-name\">",
                html_level_class(score->known ? score->level : STR("UNKNOWN")));
    if (score->known)
        html_format(h, "Threat score %d of 1000", score->combined);
    else
        html_raw(h, "No score");
    html_raw(h, "</title><path class=\"track\" d=\"M16 100A84 84 0 0 1 184 100\"/>");
    if (score->known && score->combined > 0)
        html_format(h,
                    "<path class=\"arc\" d=\"M16 100A84 84 0 0 1 184 100\" pathLength=\"1000\" "
                    "stroke-dasharray=\"%d 2000\"/>",
                    score->combined);
    html_raw(h, "<text class=\"number\" x=\"100\" y=\"92\">");
    if (score->known)
        html_format(h, "%d", score->combined);
    else
        html_raw(h, "?");
    html_raw(h, "</text><text class=\"end\" x=\"16\" y=\"116\">0</text>"
                "<text class=\"end\" x=\"184\" y=\"116\">1000</text></svg><p class=\"level\">");
    html_text(h, score->known ? score->level : STR("UNKNOWN"));
    html_raw(h, "</p>");
    outlook(h);
    html_raw(h, "</div>");
}

static void severities(Html *h)
{
    const Summary *summary = h->summary;
    if (summary->count == 0)
        return;
    html_raw(h, "<ul class=\"severities\" aria-label=\"Findings by severity\">");
    for (size_t i = SEVERITIES; i-- > 0;) {
        if (summary->severities[i] == 0)
            continue;
        Str name = severity_name((Severity)i);
        html_format(h, "<li class=\"s-" STR_FMT "\"><b>%zu</b> " STR_FMT "</li>", STR_ARG(name),
                    summary->severities[i], STR_ARG(name));
    }
    if (summary->kev)
        html_format(h, "<li class=\"s-kev\"><b>%zu</b> exploited (KEV)</li>", summary->kev);
    html_raw(h, "</ul>");
}

void html_card(Html *h)
{
    const Result *result = h->result;
    const Subject *subject = &result->inventory.subject;
    html_raw(h, "<section class=\"panel card\" id=\"card\">");
    gauge(h);
    html_raw(h, "<div class=\"about\"><p class=\"kind\">");
    html_text(h, subject_kind_name(subject->kind));
    html_raw(h, "</p><h1>");
    html_text(h, subject->name.len ? subject->name : STR("without a name"));
    html_raw(h, "</h1>");
    html_tag(h, "p", "alert", unknown_words(result));
    if (result->inventory.incomplete.len)
        html_format(
            h,
            "<p class=\"alert\"><a href=\"#incomplete\">%zu %s could not be examined</a> and may "
            "hide more.</p>",
            result->inventory.incomplete.len,
            result->inventory.incomplete.len == 1 ? "thing" : "things");
    severities(h);
    html_raw(h, "<dl class=\"facts\">");
    html_row(h, "Last scan", date_str(h->arena, result->as_of));
    html_row(h, "System", os_words(h->arena, result));
    html_row(h, "Platform", subject->platform);
    html_row(h, "Digest", subject->digest);
    html_row(h, "Data", data_words(h->arena, result));
    html_row(h, "Context", context_words(h->arena, result));
    html_row(h, "Found", found_words(h->arena, h->summary, false));
    html_raw(h, "</dl></div></section>\n");
}

/* --- the waterfall --- */

typedef struct Fall {
    int64_t at, whole; /* tenths */
} Fall;

static void fall_bar(Html *h, Fall *fall, int64_t points, const char *name)
{
    double unit = fall->whole > 0 ? 1000.0 / (double)fall->whole : 0;
    html_format(h,
                "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
                "aria-hidden=\"true\"><rect class=\"track\" width=\"1000\" height=\"10\"/>"
                "<rect class=\"%s\" x=\"%.1f\" width=\"%.1f\" height=\"10\"/></svg>",
                name, (double)fall->at * unit, (double)points * unit);
    fall->at += points;
}

static void fall_row(Html *h, Fall *fall, Str label, Str why, int64_t points, const char *name)
{
    html_raw(h, "<li><span class=\"what\">");
    html_tag(h, "b", NULL, label);
    html_raw(h, " ");
    html_tag(h, "small", NULL, why);
    html_raw(h, "</span>");
    fall_bar(h, fall, points, name);
    html_raw(h, "<span class=\"n\">");
    html_tenths(h, points);
    html_raw(h, "</span></li>");
}

static void fall_total(Html *h, int64_t whole)
{
    html_raw(h, "<li class=\"total\"><span class=\"what\"><b>Score</b></span><span></span>"
                "<span class=\"n\">");
    html_tenths(h, whole);
    html_raw(h, "</span></li></ol>");
}

static void by_component(Html *h, int64_t whole)
{
    Fall fall = {0, whole};
    html_raw(h, "<h3>By component</h3><ol class=\"fall\">");
    for (size_t i = 0; i < h->summary->parts.len; i++) {
        const Part *part = &h->summary->parts.at[i];
        Str why =
            arena_printf(h->arena, "%zu counted, %.0f of 1000 alone", part->count, part->score);
        fall_row(h, &fall, part->name, why, part->points, "part");
    }
    fall_total(h, whole);
}

static const char *contribution_class(const Result *result, const Contribution *c)
{
    static const char *const classes[SEVERITIES] = {"s-unknown", "s-negligible", "s-low",
                                                    "s-medium",  "s-high",       "s-critical"};
    return c->finding < result->findings.len ? classes[result->findings.at[c->finding].severity]
                                             : "part";
}

static void by_finding(Html *h, int64_t whole)
{
    const Score *score = &h->result->score;
    Fall fall = {0, whole};
    html_raw(h, "<h3>By finding</h3><ol class=\"fall\">");
    for (size_t i = 0; i < score->contributions.len && i < TOP; i++) {
        const Contribution *c = &score->contributions.at[i];
        fall_row(h, &fall, contribution_label(h->arena, h->result, c),
                 contribution_reason(h->arena, h->result, h->options->policy, c), c->points,
                 contribution_class(h->result, c));
    }
    if (score->contributions.len > TOP)
        fall_row(h, &fall, arena_printf(h->arena, "%zu more", score->contributions.len - TOP),
                 (Str){0}, whole - fall.at, "part");
    fall_total(h, whole);
}

void html_waterfall(Html *h)
{
    const Score *score = &h->result->score;
    html_raw(h, "<section class=\"panel\" id=\"score\"><h2>What makes up the score</h2>");
    if (!score->known)
        html_raw(h, "<p>There is no number.</p>");
    else if (score->contributions.len == 0)
        html_raw(h, "<p>Nothing counts.</p>");
    else {
        html_raw(h, "<p class=\"lead\">The points below add up to the score, exactly.</p>"
                    "<div class=\"falls\"><div>");
        by_component(h, score->exact);
        html_raw(h, "</div><div>");
        by_finding(h, score->exact);
        html_raw(h, "</div></div>");
    }
    html_raw(h, "</section>\n");
}

/* --- fixes --- */

static void fix_row(Html *h, const BestFix *fix, int32_t before)
{
    html_raw(h, "<li><span class=\"what\"><b>");
    html_text(h, fix_words(h->arena, fix));
    html_raw(h, "</b></span>");
    html_format(h,
                "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
                "aria-hidden=\"true\"><rect class=\"track\" width=\"1000\" height=\"10\"/>"
                "<rect class=\"kept\" width=\"%d\" height=\"10\"/>"
                "<rect class=\"gain\" x=\"%d\" width=\"%d\" height=\"10\"/></svg>",
                fix->score_after, fix->score_after,
                before > fix->score_after ? before - fix->score_after : 0);
    html_format(h, "<span class=\"n\"><s aria-hidden=\"true\">%d</s> <b>%d</b></span></li>", before,
                fix->score_after);
}

void html_fixes(Html *h)
{
    const Score *score = &h->result->score;
    int32_t before = score->combined;
    html_raw(h, "<section class=\"panel\" id=\"fixes\"><h2>What to fix first</h2>");
    if (score->best_fixes.len == 0)
        html_raw(h, "<p>Nothing that is known can be fixed by an upgrade or a change.</p>");
    else
        html_raw(h,
                 "<p class=\"lead\">In this order, with the score once each and all above it are "
                 "done.</p><ol class=\"fall fixes\">");
    for (size_t i = 0; i < score->best_fixes.len; i++) {
        fix_row(h, &score->best_fixes.at[i], before);
        before = score->best_fixes.at[i].score_after;
    }
    html_raw(h, score->best_fixes.len ? "</ol></section>\n" : "</section>\n");
}
