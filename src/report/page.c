/* SPDX-License-Identifier: Apache-2.0 */
#include "report/page.h"

#include <assert.h>

#include "report/text.h"

enum { LABEL_COLUMN = 14, PAD_MOST = 44, COLUMNS_MOST = 12 };

static const char *const codes[STYLES] = {
    [STYLE_PLAIN] = "",         [STYLE_BOLD] = "\x1b[1m",          [STYLE_DIM] = "\x1b[2m",
    [STYLE_RED] = "\x1b[31m",   [STYLE_STRONG_RED] = "\x1b[1;31m", [STYLE_YELLOW] = "\x1b[33m",
    [STYLE_GREEN] = "\x1b[32m", [STYLE_MAGENTA] = "\x1b[1;35m",
};

static Str safe(const Page *page, Str text)
{
    return text_safe(page->arena, text, page->options->unicode);
}

static void put_styled(Page *page, Str safe_text, Style style)
{
    bool color = page->options->color && style != STYLE_PLAIN && safe_text.len;
    if (color)
        buf_put(page->out, str_from(codes[style]));
    buf_put(page->out, safe_text);
    if (color)
        buf_put(page->out, STR("\x1b[0m"));
}

void page_put(Page *page, Span span)
{
    put_styled(page, safe(page, span.text), span.style);
}

/* Nothing of ours ends in spaces. */
void page_line(Page *page)
{
    while (page->out->len && page->out->ptr[page->out->len - 1] == ' ')
        page->out->len--;
    buf_put_char(page->out, '\n');
}

void page_pad(Page *page, size_t used, size_t column)
{
    static const Str spaces = STR_INIT("                                ");
    for (size_t more; used < column; used += more) {
        more = column - used < spaces.len ? column - used : spaces.len;
        buf_put(page->out, str_head(spaces, more));
    }
}

/* A word longer than a line goes on in the next: digests do. The column where it ends. */
static size_t put_word(Page *page, size_t hang, size_t used, Str word, Style style)
{
    size_t width = page->options->width;
    while (used < width && used + text_width(word) > width) {
        Str head = text_head(word, width - used);
        if (head.len == 0)
            break;
        put_styled(page, head, style);
        page_line(page);
        page_pad(page, 0, hang);
        word = str_from_pos(word, head.len);
        used = hang;
    }
    put_styled(page, word, style);
    return used + text_width(word);
}

void page_wrap(Page *page, size_t first, size_t hang, Span span)
{
    Str rest = safe(page, span.text), word;
    size_t width = page->options->width, used = first;
    if (width == 0) {
        put_styled(page, rest, span.style);
        page_line(page);
        return;
    }
    bool fresh = true;
    while (str_next_word(&rest, &word)) {
        size_t columns = text_width(word);
        if (!fresh && used + 1 + columns > width) {
            page_line(page);
            page_pad(page, 0, hang);
            used = hang;
            fresh = true;
        }
        if (!fresh)
            buf_put_char(page->out, ' ');
        used += !fresh;
        used = put_word(page, hang, used, word, span.style);
        fresh = false;
    }
    page_line(page);
}

void page_field(Page *page, Str label, Span text)
{
    buf_put(page->out, STR("  "));
    put_styled(page, label, STYLE_DIM);
    page_pad(page, 2 + label.len, LABEL_COLUMN);
    page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, text);
}

Style style_of_level(Str level)
{
    static const struct {
        Str level;
        Style style;
    } rows[] = {
        {STR_INIT("SEVERE"), STYLE_STRONG_RED}, {STR_INIT("HIGH"), STYLE_RED},
        {STR_INIT("MEDIUM"), STYLE_YELLOW},     {STR_INIT("LOW"), STYLE_GREEN},
        {STR_INIT("NONE"), STYLE_GREEN},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(rows[i].level, level))
            return rows[i].style;
    return STYLE_MAGENTA;
}

Style style_of_severity(Severity severity)
{
    static const Style styles[SEVERITIES] = {
        [SEVERITY_CRITICAL] = STYLE_STRONG_RED,
        [SEVERITY_HIGH] = STYLE_RED,
        [SEVERITY_MEDIUM] = STYLE_YELLOW,
        [SEVERITY_UNKNOWN] = STYLE_MAGENTA,
    };
    return styles[severity];
}

/* --- tables --- */

typedef struct Layout {
    const Column *columns;
    size_t count;
    size_t width[COLUMNS_MOST];
    bool shown[COLUMNS_MOST];
} Layout;

static size_t total(const Layout *layout)
{
    size_t sum = 0;
    for (size_t i = 0; i < layout->count; i++)
        if (layout->shown[i])
            sum += layout->width[i] + 2;
    return sum ? sum - 2 : 0;
}

/* The widest column above its least, or `count`. */
static size_t widest(const Layout *layout)
{
    size_t best = layout->count;
    for (size_t i = 0; i < layout->count; i++)
        if (layout->shown[i] && layout->width[i] > layout->columns[i].least &&
            (best == layout->count || layout->width[i] > layout->width[best]))
            best = i;
    return best;
}

static bool leave_one_out(Layout *layout)
{
    size_t out = layout->count;
    for (size_t i = 0; i < layout->count; i++)
        if (layout->shown[i] && layout->columns[i].rank &&
            (out == layout->count || layout->columns[i].rank < layout->columns[out].rank))
            out = i;
    if (out == layout->count)
        return false;
    layout->shown[out] = false;
    return true;
}

static void layout_fit(Layout *layout, size_t width)
{
    Layout natural = *layout;
    for (;;) {
        while (total(layout) > width) {
            size_t i = widest(layout);
            if (i == layout->count)
                break;
            layout->width[i]--;
        }
        if (total(layout) <= width || !leave_one_out(layout))
            return;
        for (size_t i = 0; i < layout->count; i++)
            layout->width[i] = natural.width[i];
    }
}

static size_t last_shown(const Layout *layout)
{
    size_t last = 0;
    for (size_t i = 0; i < layout->count; i++)
        last = layout->shown[i] ? i : last;
    return last;
}

/* Looked at once: how wide a column is depends on all its cells. */
typedef struct Cell {
    Str text; /* safe */
    size_t columns;
    Style style;
} Cell;

static Cell cell_of(const Page *page, Span span)
{
    Str text = safe(page, span.text);
    return (Cell){text, text_width(text), span.style};
}

/* A cell that is too long ends in an ellipsis, but nothing is cut where there is no terminal. */
static void cell_put(Page *page, const Layout *layout, size_t i, Cell cell, bool last)
{
    size_t width = layout->width[i];
    if (page->options->width && cell.columns > width) {
        Str dots = page->options->unicode ? STR("\xe2\x80\xa6") : STR("~");
        cell.text = arena_join(page->arena, text_head(cell.text, width ? width - 1 : 0), dots);
        cell.columns = text_width(cell.text);
    }
    if (layout->columns[i].right)
        page_pad(page, cell.columns, width);
    put_styled(page, cell.text, cell.style);
    if (last)
        return;
    if (!layout->columns[i].right)
        page_pad(page, cell.columns, width);
    buf_put(page->out, STR("  "));
}

static void row_put(Page *page, const Layout *layout, const Cell *cells)
{
    size_t last = last_shown(layout);
    for (size_t i = 0; i < layout->count; i++)
        if (layout->shown[i])
            cell_put(page, layout, i, cells[i], i == last);
    page_line(page);
}

void page_table(Page *page, const Column *columns, size_t count, const Span *spans, size_t rows)
{
    assert(count <= COLUMNS_MOST);
    Layout layout = {.columns = columns, .count = count};
    Cell titles[COLUMNS_MOST], *cells = arena_new_array(page->arena, Cell, rows * count);
    for (size_t i = 0; i < count; i++) {
        titles[i] = (Cell){columns[i].title, columns[i].title.len, STYLE_DIM};
        layout.shown[i] = true;
        layout.width[i] = columns[i].title.len;
    }
    for (size_t k = 0; k < rows * count; k++) {
        cells[k] = cell_of(page, spans[k]);
        size_t need = cells[k].columns, i = k % count;
        need = page->options->width == 0 && need > PAD_MOST ? PAD_MOST : need;
        layout.width[i] = need > layout.width[i] ? need : layout.width[i];
    }
    if (page->options->width)
        layout_fit(&layout, page->options->width);
    row_put(page, &layout, titles);
    for (size_t row = 0; row < rows; row++)
        row_put(page, &layout, &cells[row * count]);
}
