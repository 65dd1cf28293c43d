/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/buf.h"
#include "base/fd.h"

/* man2help OUT.c PAGE.1...: manual pages in mdoc (https://mandoc.bsd.lv/man/mdoc.7.html) become the
 * plain text that --help prints, as C. It knows the macros that docs/man uses and refuses others, so
 * that none is dropped in silence. */
enum { WIDTH = 79, ARGS = 64, LISTS = 4, STEP = 4 };

typedef struct Words {
    Str at[ARGS];
    size_t len;
} Words;

typedef struct Help {
    Arena *arena;
    Buf out;
    Str name;    /* of the page, as its first Nm says */
    Str section; /* empty: one that is not shown */
    size_t column, indent;
    size_t heading; /* length of out after the last heading */
    bool bullets[LISTS];
    size_t lists;
    bool glue; /* the next word follows without a space */
} Help;

static const Str shown[] = {STR_INIT("NAME"),    STR_INIT("SYNOPSIS"),    STR_INIT("DESCRIPTION"),
                            STR_INIT("OPTIONS"), STR_INIT("EXIT STATUS"), STR_INIT("EXAMPLES")};

/* --- output --- */

static void line_end(Help *h)
{
    if (h->column)
        buf_put_char(&h->out, '\n');
    h->column = 0;
    h->glue = false;
}

static void blank_line(Help *h)
{
    line_end(h);
    if (h->section.len && h->out.len != h->heading && !str_ends(buf_str(&h->out), STR("\n\n")))
        buf_put_char(&h->out, '\n');
}

static void word_put(Help *h, Str word)
{
    bool space = h->column && !h->glue;
    if (h->column && h->column + space + word.len > WIDTH && !h->glue) {
        line_end(h);
        space = false;
    }
    if (h->column == 0) {
        bool hangs =
            h->indent && str_eq(h->section, STR("SYNOPSIS")) && !str_eq(word, STR("assay"));
        for (size_t i = 0; i < h->indent + (hangs ? STEP : 0); i++, h->column++)
            buf_put_char(&h->out, ' ');
    }
    if (space)
        buf_put_char(&h->out, ' ');
    buf_put(&h->out, word);
    h->column += space + word.len;
    h->glue = false;
}

/* Words of a line of text, with roff's escapes for nothing and for a minus taken out. */
static void text_put(Help *h, Str text)
{
    Buf plain CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\\')
            buf_put_char(&plain, text.ptr[i]);
        else if (str_at(text, ++i) != '&')
            buf_put_char(&plain, str_at(text, i));
    Str rest = arena_str(h->arena, buf_str(&plain)), word;
    while (str_next_word(&rest, &word))
        word_put(h, word);
}

/* --- macros within a line --- */

static const Str callable[] = {
    STR_INIT("Ar"), STR_INIT("Cm"), STR_INIT("Ev"), STR_INIT("Fl"), STR_INIT("Nm"),
    STR_INIT("No"), STR_INIT("Ns"), STR_INIT("Oc"), STR_INIT("Oo"), STR_INIT("Op"),
    STR_INIT("Pa"), STR_INIT("Pq"), STR_INIT("Ql"), STR_INIT("Xr"),
};

static bool is_callable(Str word)
{
    for (size_t i = 0; i < COUNT_OF(callable); i++)
        if (str_eq(callable[i], word))
            return true;
    return false;
}

static bool is_closing(Str word)
{
    return word.len == 1 && str_find_char(STR(".,;:?!)]"), word.ptr[0]) != STR_NONE;
}

/* The arguments of the macro before `i`, up to the next macro or a closing delimiter. */
static size_t run_end(const Words *words, size_t i)
{
    while (i < words->len && !is_callable(words->at[i]) && !is_closing(words->at[i]))
        i++;
    return i;
}

static void flags_put(Help *h, const Words *words, size_t i, size_t end)
{
    if (i == end)
        word_put(h, STR("-"));
    for (; i < end; i++)
        if (str_eq(words->at[i], STR("|")))
            word_put(h, words->at[i]);
        else
            word_put(h, arena_join(h->arena, STR("-"), words->at[i]));
}

static void quoted_put(Help *h, const Words *words, size_t i, size_t end)
{
    Str text = STR("'");
    for (size_t k = i; k < end; k++)
        text = arena_printf(h->arena, STR_FMT "%s" STR_FMT, STR_ARG(text), k > i ? " " : "",
                            STR_ARG(words->at[k]));
    text_put(h, arena_join(h->arena, text, STR("'")));
}

/* One macro and its arguments; `*closing` collects what has to follow at the end of the line. */
static size_t macro_put(Help *h, const Words *words, size_t i, Str *closing)
{
    Str macro = words->at[i++];
    size_t end = run_end(words, i);
    if (str_eq(macro, STR("Ns"))) {
        h->glue = true;
        return i;
    }
    if (str_eq(macro, STR("Op")) || str_eq(macro, STR("Oo")) || str_eq(macro, STR("Pq"))) {
        bool round = str_eq(macro, STR("Pq"));
        word_put(h, round ? STR("(") : STR("["));
        h->glue = true;
        if (!str_eq(macro, STR("Oo")))
            *closing = arena_join(h->arena, round ? STR(")") : STR("]"), *closing);
        return i;
    }
    if (str_eq(macro, STR("Oc"))) {
        h->glue = true;
        word_put(h, STR("]"));
        return i;
    }
    if (str_eq(macro, STR("Fl")))
        flags_put(h, words, i, end);
    else if (str_eq(macro, STR("Ql")))
        quoted_put(h, words, i, end);
    else if (str_eq(macro, STR("Nm")) && i == end)
        text_put(h, h->name);
    else if (str_eq(macro, STR("Xr")) && end == i + 2)
        word_put(h, arena_printf(h->arena, STR_FMT "(" STR_FMT ")", STR_ARG(words->at[i]),
                                 STR_ARG(words->at[i + 1])));
    else
        for (; i < end; i++)
            text_put(h, words->at[i]);
    return end;
}

static void inline_put(Help *h, const Words *words, size_t i)
{
    Str closing = {0};
    while (i < words->len) {
        if (is_callable(words->at[i])) {
            i = macro_put(h, words, i, &closing);
            continue;
        }
        h->glue = h->glue || is_closing(words->at[i]);
        text_put(h, words->at[i++]);
    }
    for (size_t k = 0; k < closing.len; k++) {
        h->glue = true;
        word_put(h, str_sub(closing, k, k + 1));
    }
}

/* --- macros that begin a line --- */

static Str rest_of(Help *h, const Words *words, size_t from)
{
    Str text = {0};
    for (size_t i = from; i < words->len; i++)
        text = arena_printf(h->arena, STR_FMT "%s" STR_FMT, STR_ARG(text), i > from ? " " : "",
                            STR_ARG(words->at[i]));
    return text;
}

static void section_begin(Help *h, Str title)
{
    blank_line(h);
    h->section = (Str){0};
    for (size_t i = 0; i < COUNT_OF(shown); i++)
        if (str_eq(shown[i], title))
            h->section = shown[i];
    h->indent = 0;
    if (h->section.len)
        word_put(h, title);
    line_end(h);
    h->indent = STEP;
    h->heading = h->out.len;
}

static bool list_begin(Help *h, const Words *words)
{
    if (h->lists == LISTS)
        return false;
    h->bullets[h->lists++] = words->len > 1 && str_eq(words->at[1], STR("-bullet"));
    blank_line(h);
    h->indent += STEP;
    return true;
}

/* A short tag has its text beside it, a longer one below. */
static void tag_end(Help *h)
{
    if (h->column > h->indent + STEP - 2) {
        line_end(h);
        return;
    }
    for (; h->column < h->indent + STEP; h->column++)
        buf_put_char(&h->out, ' ');
    h->glue = true;
}

static void item_begin(Help *h, const Words *words)
{
    line_end(h);
    if (h->lists == 0)
        return;
    h->indent -= STEP;
    if (h->bullets[h->lists - 1]) {
        word_put(h, STR("-"));
    } else {
        inline_put(h, words, 1);
        tag_end(h);
    }
    h->indent += STEP;
}

static bool macro_line(Help *h, const Words *words)
{
    Str macro = words->at[0];
    if (str_eq(macro, STR("Sh")))
        section_begin(h, rest_of(h, words, 1));
    else if (str_eq(macro, STR("Dd")) || str_eq(macro, STR("Dt")) || str_eq(macro, STR("Os")) ||
             h->section.len == 0)
        return true;
    else if (str_eq(macro, STR("Nd")))
        text_put(h, arena_join(h->arena, STR("- "), rest_of(h, words, 1)));
    else if (str_eq(macro, STR("Pp")))
        blank_line(h);
    else if (str_eq(macro, STR("Bl")))
        return list_begin(h, words);
    else if (str_eq(macro, STR("It")))
        item_begin(h, words);
    else if (str_eq(macro, STR("El"))) {
        line_end(h);
        h->lists -= h->lists > 0;
        h->indent -= STEP;
    } else if (str_eq(macro, STR("Dl"))) {
        line_end(h);
        h->indent += STEP;
        text_put(h, rest_of(h, words, 1));
        line_end(h);
        h->indent -= STEP;
    } else if (is_callable(macro)) {
        if (str_eq(macro, STR("Nm")) && str_eq(h->section, STR("SYNOPSIS")))
            line_end(h);
        inline_put(h, words, 0);
    } else {
        return false;
    }
    return true;
}

/* "quoted words" are one. */
static bool words_of(Str line, Words *out)
{
    Str rest = line, word;
    *out = (Words){0};
    while ((rest = str_trim(rest)).len) {
        if (out->len == ARGS)
            return false;
        if (str_at(rest, 0) == '"') {
            rest = str_from_pos(rest, 1);
            str_cut(rest, '"', &out->at[out->len++], &rest);
        } else if (str_next_word(&rest, &word)) {
            out->at[out->len++] = word;
        }
    }
    return true;
}

static bool page_render(Help *h, Str path, Str text, Error *err)
{
    unsigned number = 0;
    for (Str line; number++, str_next_line(&text, &line);) {
        Words words;
        if (str_starts(line, STR(".\\\"")) || line.len == 0)
            continue;
        if (str_at(line, 0) != '.') {
            if (h->section.len)
                text_put(h, line);
            continue;
        }
        if (!words_of(str_from_pos(line, 1), &words) || words.len == 0 || !macro_line(h, &words))
            return error_set(err, ERR_FORMAT, STR_FMT ":%u: a macro that man2help does not know",
                             STR_ARG(path), number);
    }
    line_end(h);
    return true;
}

/* --- C --- */

static Str name_of(Str path)
{
    Str folder, base = path, name, end;
    if (str_rcut(path, '/', &folder, &base))
        path = base;
    str_rcut(path, '.', &name, &end);
    return name;
}

/* Numbers, since a string literal may not be this long in standard C. */
static void bytes_put(Buf *code, size_t index, Str text)
{
    buf_printf(code, "static const char page_%zu[] = {", index);
    for (size_t i = 0; i < text.len; i++)
        buf_printf(code, "%s%d,", i % 24 ? "" : "\n", text.ptr[i] & 0x7f);
    buf_put(code, STR("10,0};\n"));
}

static bool page_add(Arena *arena, Str path, size_t index, Buf *code, Buf *table, Error *err)
{
    Str text;
    Help help = {.arena = arena, .name = name_of(path)};
    if (!file_read(path, 1 << 20, arena, &text, err))
        return false;
    bool ok = page_render(&help, path, text, err);
    if (ok) {
        bytes_put(code, index, str_trim_char(buf_str(&help.out), '\n'));
        buf_printf(table, "    {\"" STR_FMT "\", page_%zu},\n", STR_ARG(help.name), index);
    }
    buf_fini(&help.out);
    return ok;
}

int main(int argc, char **argv)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf code CLEANUP(buf_fini) = {0}, table CLEANUP(buf_fini) = {0};
    Error err = {0};
    bool ok = argc > 2 || error_set(&err, ERR_USAGE, "usage: man2help OUT.c PAGE.1...");
    buf_put(&code, STR("/* SPDX-License-Identifier: Apache-2.0 */\n#include \"help_pages.h\"\n\n"));
    for (int i = 2; ok && i < argc; i++)
        ok = page_add(&arena, str_from(argv[i]), (size_t)i, &code, &table, &err);
    buf_printf(&code,
               "\nconst HelpPage help_pages[] = {\n" STR_FMT "};\n"
               "const size_t help_page_count = sizeof help_pages / sizeof *help_pages;\n",
               STR_ARG(buf_str(&table)));
    ok = ok && file_write_atomic(str_from(argv[1]), buf_str(&code), &err);
    if (!ok)
        fprintf(stderr, "man2help: %s\n", err.message);
    return !ok;
}
