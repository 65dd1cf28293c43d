/* SPDX-License-Identifier: Apache-2.0 */
#include "report/format.h"

#include "report/page.h"

enum { REASONS = 8, FIXES = 5, BAR = 50, BAR_LEAST = 10 };

static Span plain(Str text)
{
    return (Span){text, STYLE_PLAIN};
}

static void heading(Page *page, Str text)
{
    page_line(page);
    page_put(page, (Span){text, STYLE_BOLD});
    page_line(page);
}

/* --- the card --- */

static void bar(Page *page, int32_t score, Style style)
{
    const ReportOptions *options = page->options;
    size_t columns = options->width && options->width < BAR + 4 ? options->width - 4 : BAR;
    if (options->width && options->width < BAR_LEAST + 4)
        return;
    size_t full = ((size_t)score * columns + 999) / 1000;
    Buf text CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < full; i++)
        buf_put(&text, options->unicode ? STR("\xe2\x96\x88") : STR("#"));
    buf_put(page->out, STR("  "));
    page_put(page, (Span){buf_str(&text), style});
    buf_clear(&text);
    for (size_t i = full; i < columns; i++)
        buf_put(&text, options->unicode ? STR("\xe2\x96\x91") : STR("."));
    page_put(page, (Span){buf_str(&text), STYLE_DIM});
    page_line(page);
}

static void score_line(Page *page, const Result *result)
{
    const Score *score = &result->score;
    Style style = style_of_level(score->known ? score->level : STR("UNKNOWN"));
    buf_put(page->out, STR("  "));
    if (!score->known) {
        page_put(page, (Span){STR("UNKNOWN"), style});
        page_line(page);
        page_pad(page, 0, 2);
        page_wrap(page, 2, 2, (Span){unknown_words(result), STYLE_BOLD});
        return;
    }
    page_put(page, (Span){arena_printf(page->arena, "%d", score->combined), style});
    buf_put(page->out, STR("  "));
    page_put(page, (Span){score->level, style});
    page_put(page, (Span){arena_printf(page->arena, "  of 1000 (" STR_FMT ")",
                                       STR_ARG(tenths_str(page->arena, score->exact))),
                          STYLE_DIM});
    page_line(page);
    bar(page, score->combined, style);
}

static Str subject_words(Arena *arena, const Subject *subject)
{
    Str words = subject_kind_name(subject->kind);
    if (subject->digest.len)
        words = arena_printf(arena, STR_FMT " " STR_FMT, STR_ARG(words), STR_ARG(subject->digest));
    if (subject->platform.len)
        words = arena_printf(arena, STR_FMT " for " STR_FMT, STR_ARG(words),
                             STR_ARG(subject->platform));
    if (subject->layers.len)
        words = arena_printf(arena, STR_FMT ", %zu layer%s", STR_ARG(words), subject->layers.len,
                             subject->layers.len == 1 ? "" : "s");
    return words;
}

static void card(Page *page, const Summary *summary)
{
    const Result *result = summary->result;
    Str name = result->inventory.subject.name;
    page_wrap(page, 0, 0, (Span){name.len ? name : STR("a result without a name"), STYLE_BOLD});
    page_line(page);
    score_line(page, result);
    page_line(page);
    page_field(page, STR("Subject"), plain(subject_words(page->arena, &result->inventory.subject)));
    page_field(page, STR("System"),
               (Span){os_words(page->arena, result),
                      result->eol.known && result->eol.past ? STYLE_YELLOW : STYLE_PLAIN});
    page_field(
        page, STR("Data"),
        (Span){data_words(page->arena, result), data_is_old(result) ? STYLE_YELLOW : STYLE_PLAIN});
    if (result->as_of != DATE_NONE)
        page_field(page, STR("As of"), plain(date_str(page->arena, result->as_of)));
    page_field(page, STR("Context"), plain(context_words(page->arena, result)));
    page_field(page, STR("Found"), plain(found_words(page->arena, summary, true)));
    if (result->inventory.incomplete.len)
        page_field(
            page, STR("Incomplete"),
            (Span){arena_printf(page->arena, "%zu thing%s could not be examined: see the end",
                                result->inventory.incomplete.len,
                                result->inventory.incomplete.len == 1 ? "" : "s"),
                   STYLE_STRONG_RED});
}

static void reasons(Page *page, const Result *result)
{
    static const Column columns[] = {
        {.title = STR_INIT("POINTS"), .least = 6, .right = true},
        {.title = STR_INIT("OF"), .least = 4, .right = true, .rank = 1},
        {.title = STR_INIT("WHAT"), .least = 14},
        {.title = STR_INIT("WHY"), .least = 12, .rank = 2},
    };
    const Score *score = &result->score;
    size_t rows = score->contributions.len < REASONS ? score->contributions.len : REASONS;
    if (!score->known || rows == 0)
        return;
    heading(page, STR("Top reasons"));
    Span cells[REASONS * COUNT_OF(columns)];
    int64_t sum = 0;
    for (size_t i = 0; i < rows; i++) {
        const Contribution *c = &score->contributions.at[i];
        Span *cell = &cells[i * COUNT_OF(columns)];
        sum += c->points;
        cell[0] = plain(tenths_str(page->arena, c->points));
        cell[1] = (Span){tenths_str(page->arena, score->exact), STYLE_DIM};
        cell[2] = plain(contribution_label(page->arena, result, c));
        cell[3] =
            (Span){contribution_reason(page->arena, result, page->options->policy, c), STYLE_DIM};
    }
    page_table(page, columns, COUNT_OF(columns), cells, rows);
    if (rows < score->contributions.len)
        page_wrap(page, 0, 0,
                  (Span){arena_printf(page->arena, "and " STR_FMT " from %zu more",
                                      STR_ARG(tenths_str(page->arena, score->exact - sum)),
                                      score->contributions.len - rows),
                         STYLE_DIM});
}

static void components(Page *page, const Summary *summary)
{
    static const Column columns[] = {
        {.title = STR_INIT("POINTS"), .least = 6, .right = true},
        {.title = STR_INIT("ALONE"), .least = 5, .right = true},
        {.title = STR_INIT("COUNT"), .least = 5, .right = true},
        {.title = STR_INIT("COMPONENT"), .least = 9},
    };
    size_t rows = summary->parts.len;
    if (!summary->result->score.known || rows == 0)
        return;
    heading(page, STR("Components"));
    Span *cells = arena_new_array(page->arena, Span, rows * COUNT_OF(columns));
    for (size_t i = 0; i < rows; i++) {
        const Part *part = &summary->parts.at[i];
        Span *cell = &cells[i * COUNT_OF(columns)];
        cell[0] = plain(tenths_str(page->arena, part->points));
        cell[1] = plain(arena_printf(page->arena, "%.0f", part->score));
        cell[2] = plain(arena_printf(page->arena, "%zu", part->count));
        cell[3] = plain(part->name);
    }
    page_table(page, columns, COUNT_OF(columns), cells, rows);
}

static void fixes(Page *page, const Result *result)
{
    static const Column columns[] = {
        {.title = STR_INIT("SCORE AFTER"), .least = 11, .right = true},
        {.title = STR_INIT("FIX"), .least = 20},
    };
    size_t rows = result->score.best_fixes.len < FIXES ? result->score.best_fixes.len : FIXES;
    if (rows == 0)
        return;
    heading(page, STR("Best fixes, in this order"));
    Span cells[FIXES * COUNT_OF(columns)];
    for (size_t i = 0; i < rows; i++) {
        const BestFix *fix = &result->score.best_fixes.at[i];
        cells[i * 2] = plain(arena_printf(page->arena, "%d", fix->score_after));
        cells[i * 2 + 1] = plain(fix_words(page->arena, fix));
    }
    page_table(page, columns, COUNT_OF(columns), cells, rows);
}

/* --- the list --- */

static void findings(Page *page, const Summary *summary)
{
    static const Column columns[] = {
        {.title = STR_INIT("POINTS"), .least = 6, .right = true},
        {.title = STR_INIT("SEVERITY"), .least = 8},
        {.title = STR_INIT("ID"), .least = 14},
        {.title = STR_INIT("PACKAGE"), .least = 12},
        {.title = STR_INIT("INSTALLED"), .least = 9, .rank = 1},
        {.title = STR_INIT("FIXED IN"), .least = 9, .rank = 3},
        {.title = STR_INIT("DUE"), .least = 10, .rank = 4},
        {.title = STR_INIT("TITLE"), .least = 16, .rank = 2},
    };
    const Result *result = summary->result;
    heading(page, STR("Findings"));
    if (summary->count == 0)
        page_wrap(page, 0, 0, plain(result->score.known ? STR("none") : STR("none seen")));
    Span *cells = arena_new_array(page->arena, Span, summary->count * COUNT_OF(columns) + 1);
    for (size_t i = 0; i < summary->count; i++) {
        const Finding *f = summary->order[i];
        Span *cell = &cells[i * COUNT_OF(columns)];
        Str due = finding_due(page->arena, f);
        cell[0] = plain(tenths_str(page->arena, f->points));
        cell[1] = (Span){severity_name(f->severity), style_of_severity(f->severity)};
        cell[2] = plain(f->id);
        cell[3] = plain(finding_where(page->arena, result, f));
        cell[4] = plain(finding_installed(result, f));
        cell[5] = (Span){finding_fixed_in(f), f->fixed_in.len ? STYLE_GREEN : STYLE_DIM};
        cell[6] = (Span){due, str_starts(due, STR("KEV")) ? STYLE_STRONG_RED : STYLE_PLAIN};
        cell[7] = plain(f->title);
    }
    if (summary->count)
        page_table(page, columns, COUNT_OF(columns), cells, summary->count);
    if (summary->hidden_count)
        page_wrap(page, 0, 0,
                  (Span){arena_printf(page->arena,
                                      "%zu masked finding%s not counted and not listed here; "
                                      "--format json shows them and why",
                                      summary->hidden_count,
                                      summary->hidden_count == 1 ? " is" : "s are"),
                         STYLE_DIM});
}

enum { NAMED = 5 };

/* "a, b and 3 more": all notes from `first` on that say the same, up to `most` by name. */
static Str note_names(Page *page, const NoteVec *list, size_t first, size_t most)
{
    Buf buf CLEANUP(buf_fini) = {0};
    size_t count = 0;
    for (size_t i = first; i < list->len; i++)
        if (str_eq(list->at[i].why, list->at[first].why) && count++ < most)
            buf_printf(&buf, "%s" STR_FMT, count > 1 ? ", " : "", STR_ARG(list->at[i].what));
    if (count > most)
        buf_printf(&buf, " and %zu more", count - most);
    return arena_str(page->arena, buf_str(&buf));
}

static bool said_before(const NoteVec *list, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (str_eq(list->at[i].why, list->at[at].why))
            return true;
    return false;
}

/* What is said of many things is said once, with the first of them; `most` 0 names every one. */
static void notes(Page *page, Str title, const NoteVec *list, size_t most, Style style)
{
    if (list->len == 0)
        return;
    page_line(page);
    page_put(page, (Span){title, style});
    page_line(page);
    for (size_t i = 0; i < list->len; i++) {
        const Note *note = &list->at[i];
        if (most && said_before(list, i))
            continue;
        Str what = most ? note_names(page, list, i, most) : note->what;
        buf_put(page->out, STR("  "));
        page_wrap(page, 2, 4,
                  plain(arena_printf(page->arena, STR_FMT "%s" STR_FMT, STR_ARG(what),
                                     what.len && note->why.len ? ": " : "", STR_ARG(note->why))));
    }
}

static bool table_write(const Result *result, const ReportOptions *options, Buf *out, Error *err)
{
    (void)err;
    enum { PAGE_BYTES = 64 << 10 };
    Arena arena CLEANUP(arena_fini);
    arena_init_in(&arena, options->arena, PAGE_BYTES);
    Page page = {.out = out, .arena = &arena, .options = options};
    Summary summary;
    summary_of(&arena, result, &summary);
    card(&page, &summary);
    reasons(&page, result);
    components(&page, &summary);
    fixes(&page, result);
    findings(&page, &summary);
    notes(&page, STR("Notes"), &result->inventory.notes, NAMED, STYLE_BOLD);
    notes(&page, STR("INCOMPLETE: this could not be examined and may hide more"),
          &result->inventory.incomplete, 0, STYLE_STRONG_RED);
    return true;
}

const ReportFormat report_format_table = {
    .name = "table",
    .summary = "for people: the card, what to fix first, and the list",
    .spec = "docs/man/assay-scan.1",
    .write = table_write,
};
