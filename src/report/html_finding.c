/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html.h"

enum { LISTED = 20 }; /* packages and places: a kernel's headers are found in thousands */

static Str joined(Arena *arena, const StrVec *list)
{
    Buf buf CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < list->len; i++)
        buf_printf(&buf, "%s" STR_FMT, i ? ", " : "", STR_ARG(list->at[i]));
    return arena_str(arena, buf_str(&buf));
}

static Str cvss_words(Arena *arena, const Cvss *cvss)
{
    if (cvss->version.len == 0)
        return (Str){0};
    return arena_printf(arena, "%.1f (CVSS " STR_FMT "%s" STR_FMT ") " STR_FMT, cvss->score,
                        STR_ARG(cvss->version), cvss->source.len ? ", " : "", STR_ARG(cvss->source),
                        STR_ARG(cvss->vector));
}

static Str epss_words(Arena *arena, const Finding *f)
{
    if (f->epss.score < 0)
        return (Str){0};
    Str day = date_str(arena, f->epss.date);
    return arena_printf(arena, "%.2f %% within 30 days, above %.1f %% of all%s" STR_FMT,
                        f->epss.score * 100, f->epss.percentile * 100, day.len ? ", " : "",
                        STR_ARG(day));
}

static Str kev_words(Arena *arena, const Finding *f)
{
    if (f->kev.added == DATE_NONE)
        return (Str){0};
    Str due = date_str(arena, f->kev.due);
    return arena_printf(arena, "listed " STR_FMT "%s" STR_FMT "%s",
                        STR_ARG(date_str(arena, f->kev.added)), due.len ? ", due " : "",
                        STR_ARG(due), f->kev.ransomware ? ", used by ransomware" : "");
}

static Str ssvc_words(Arena *arena, const Finding *f)
{
    const Str parts[] = {f->ssvc.exploitation, f->ssvc.automatable, f->ssvc.technical_impact};
    static const char *const names[] = {"exploitation", "automatable", "impact"};
    Buf buf CLEANUP(buf_fini) = {0};
    buf_put(&buf, f->ssvc.decision);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (parts[i].len)
            buf_printf(&buf, "%s%s " STR_FMT, buf.len ? ", " : "", names[i], STR_ARG(parts[i]));
    return arena_str(arena, buf_str(&buf));
}

static Str deadline_words(Arena *arena, const Finding *f)
{
    Str day = date_str(arena, f->deadline.date);
    return arena_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(day),
                        day.len && f->deadline.why.len ? ", " : "", STR_ARG(f->deadline.why));
}

static void evidence(Html *h, const Finding *f)
{
    if (f->evidence.len == 0)
        return;
    html_raw(h, "<dt>Why it matched</dt><dd><ul>");
    for (size_t i = 0; i < f->evidence.len && i < LISTED; i++) {
        const Evidence *e = &f->evidence.at[i];
        html_raw(h, "<li>");
        html_text(h, e->why);
        html_raw(h, " <small>");
        html_text(h, e->source);
        html_format(h, " &middot; %.0f %% sure &middot; ", e->confidence * 100);
        html_text(h, e->scanner);
        html_raw(h, "</small></li>");
    }
    html_raw(h, "</ul></dd>");
}

static void layer(Html *h, uint32_t index)
{
    if (index >= h->result->inventory.subject.layers.len)
        return;
    const Layer *l = &h->result->inventory.subject.layers.at[index];
    html_format(h, "<small>layer %u: ", index);
    html_tag(h, "code", NULL, l->instruction.len ? l->instruction : STR("no instruction known"));
    html_raw(h, "</small>");
}

static void rest(Html *h, size_t len)
{
    if (len > LISTED)
        html_format(h, "<li>and %zu more</li>", len - LISTED);
}

static void packages(Html *h, const Finding *f)
{
    if (f->packages.len == 0)
        return;
    html_raw(h, "<dt>Packages</dt><dd><ul>");
    for (size_t i = 0; i < f->packages.len && i < LISTED; i++) {
        const Package *p = &h->result->inventory.packages.at[f->packages.at[i]];
        html_raw(h, "<li><b>");
        html_text(h, p->name);
        html_raw(h, "</b> ");
        html_text(h, p->version);
        html_raw(h, " ");
        html_tag(h, "small", NULL, p->paths.len ? p->paths.at[0] : (Str){0});
        html_raw(h, " ");
        layer(h, p->layer);
        html_raw(h, "</li>");
    }
    rest(h, f->packages.len);
    html_raw(h, "</ul></dd>");
}

static void places(Html *h, const Finding *f)
{
    if (f->places.len == 0)
        return;
    html_raw(h, "<dt>Places</dt><dd><ul>");
    for (size_t i = 0; i < f->places.len && i < LISTED; i++) {
        const Place *p = &f->places.at[i];
        html_raw(h, "<li><code>");
        html_text(h, p->path);
        if (p->line)
            html_format(h, ":%u", p->line);
        html_raw(h, "</code> ");
        layer(h, p->layer);
        html_raw(h, "</li>");
    }
    rest(h, f->places.len);
    html_raw(h, "</ul></dd>");
}

void html_finding_more(Html *h, const Finding *f)
{
    html_raw(h, "<dl class=\"facts\">");
    html_row(h, "Counts for",
             arena_join(h->arena, finding_reason(h->arena, f),
                        finding_effects(h->arena, h->result, h->options->policy, f)));
    evidence(h, f);
    html_row(h, "Fixed in", joined(h->arena, &f->fixed_in));
    html_row(h, "Status", f->status == STATUS_UNKNOWN ? (Str){0} : finding_status_name(f->status));
    html_row(h, "Severity from", f->severity_source);
    html_row(h, "CVSS", cvss_words(h->arena, &f->cvss));
    html_row(h, "EPSS", epss_words(h->arena, f));
    html_row(h, "KEV", kev_words(h->arena, f));
    html_row(h, "SSVC", ssvc_words(h->arena, f));
    html_row(h, "Deadline", deadline_words(h->arena, f));
    packages(h, f);
    places(h, f);
    html_row(h, "Also known as", joined(h->arena, &f->aliases));
    html_row(h, "Weakness", joined(h->arena, &f->cwes));
    html_raw(h, "</dl>");
}
