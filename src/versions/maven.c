/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "versions/schemes.h"
#include "versions/text.h"

/* Maven reads a version as lists in lists: a dot puts the next item into the list at hand, a dash
 * or a change between digits and letters opens a new list inside it, as its last item. Zeros and
 * their like ("ga", "final", "release") at the end of each list are dropped, and lists that this
 * empties.
 *
 * A list is only ever the last item of the one around it, so two versions can be walked side by
 * side without a tree and without recursion: a cursor stands on a number, a word, the opening of
 * the inner list, or the end. What is dropped is found by looking ahead, once for each run of
 * zeros. */

typedef enum Kind {
    END,
    WORD,
    LIST,
    NUMBER
} Kind; /* among items that differ, the later is newer */

typedef struct Token {
    size_t next;
    Str text;
    bool number;
    bool opens_before, opens_after; /* a list */
    bool dotted;                    /* opened by a word behind a dot, with digits after it */
    int rank;                       /* of a word */
} Token;

enum { RANK_RELEASE = 5, RANK_OTHER = 7 };

static const struct {
    Str word;
    int rank;
    bool short_form; /* stands for the word only where a digit follows at once */
} WORDS[] = {
    {STR_INIT("alpha"), 0, false},
    {STR_INIT("a"), 0, true},
    {STR_INIT("beta"), 1, false},
    {STR_INIT("b"), 1, true},
    {STR_INIT("milestone"), 2, false},
    {STR_INIT("m"), 2, true},
    {STR_INIT("rc"), 3, false},
    {STR_INIT("cr"), 3, false},
    {STR_INIT("snapshot"), 4, false},
    {STR_INIT("final"), RANK_RELEASE, false},
    {STR_INIT("ga"), RANK_RELEASE, false},
    {STR_INIT("release"), RANK_RELEASE, false},
    {STR_INIT("sp"), 6, false},
};

static int word_rank(Str text, bool digit_follows)
{
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if ((digit_follows || !WORDS[i].short_form) && !bytes_compare_fold(text, WORDS[i].word))
            return WORDS[i].rank;
    return RANK_OTHER;
}

/* The item that begins at s; `fresh` while the list at hand has had none. */
static Token token_at(Str v, size_t s, bool fresh)
{
    Token t = {.number = is_digit(at(v, s))};
    size_t e = s;
    while (e < v.len && v.ptr[e] != '.' && v.ptr[e] != '-' && is_digit(v.ptr[e]) == t.number)
        e++;
    char stop = at(v, e);
    t.text = slice(v, s, e);
    t.next = stop == '.' || stop == '-' ? e + 1 : e;
    t.opens_after = e < v.len && stop != '.';
    if (e == s) { /* nothing between two separators counts as 0 */
        t.number = true;
    } else if (!t.number) {
        t.opens_before = !fresh && (e == v.len || is_digit(stop));
        t.dotted = t.opens_before && is_digit(stop);
        t.rank = word_rank(t.text, is_digit(stop));
    }
    return t;
}

static bool token_null(const Token *t)
{
    return t->number ? digits_zero(t->text) : t->rank == RANK_RELEASE;
}

typedef struct Cursor {
    Str v;
    size_t pos;
    size_t last; /* where the last item that counts begins, plus one; 0: there is none */
    size_t kept; /* zeros before this stand before something in their list */
    bool fresh, opening;
    bool after_zeros; /* some were dropped just before */
    Kind kind;
    Token token;
} Cursor;

static size_t last_counting(Str v)
{
    size_t last = 0;
    bool fresh = true;
    for (size_t s = 0; s < v.len;) {
        Token t = token_at(v, s, fresh);
        if (!token_null(&t))
            last = s + 1;
        fresh = t.opens_after;
        s = t.next;
    }
    return last;
}

/* Whether the zeros from *t on are the end of their list: if so they are passed over. */
static bool drop_zeros(Cursor *c)
{
    Token t = c->token;
    size_t pos = c->pos;
    while (token_null(&t) && !t.opens_after) {
        pos = t.next;
        t = token_at(c->v, pos, false);
        if (t.opens_before) {
            c->pos = pos;
            return true;
        }
    }
    if (token_null(&t)) {
        c->pos = t.next;
        c->opening = true;
        return true;
    }
    c->kept = pos;
    return false;
}

static void cursor_load(Cursor *c)
{
    for (;;) {
        c->kind = LIST;
        if (c->opening)
            return;
        c->kind = END;
        if (c->pos >= c->last)
            return;
        c->token = token_at(c->v, c->pos, c->fresh);
        c->kind = c->token.opens_before ? LIST : c->token.number ? NUMBER : WORD;
        if (c->kind == LIST || c->pos < c->kept || !token_null(&c->token) || !drop_zeros(c))
            return;
        c->fresh = false;
        c->after_zeros = true;
    }
}

static Cursor cursor_of(Str v)
{
    Cursor c = {.v = v, .last = last_counting(v), .fresh = true};
    cursor_load(&c);
    return c;
}

static void cursor_next(Cursor *c)
{
    c->opening = c->after_zeros = false;
    c->fresh = c->kind == LIST;
    if (c->kind != LIST) {
        c->pos = c->token.next;
        c->opening = c->token.opens_after && c->pos < c->last;
    }
    cursor_load(c);
}

/* What is left of one version against nothing: inner lists count as what they hold. */
static VersionOrder rest_order(Cursor *c)
{
    for (; c->kind != END; cursor_next(c)) {
        if (c->kind == NUMBER && !digits_zero(c->token.text))
            return VERSION_GREATER;
        if (c->kind == WORD && c->token.rank != RANK_RELEASE)
            return order_of(c->token.rank - RANK_RELEASE);
    }
    return VERSION_EQUAL;
}

static VersionOrder item_compare(const Cursor *a, const Cursor *b)
{
    if (a->kind != b->kind)
        return order_of((int)a->kind - (int)b->kind);
    if (a->kind == NUMBER)
        return digits_compare(a->token.text, b->token.text);
    if (a->kind == LIST)
        return VERSION_EQUAL;
    if (a->token.rank != b->token.rank)
        return order_of(a->token.rank - b->token.rank);
    return a->token.rank == RANK_OTHER ? bytes_compare_fold(a->token.text, b->token.text)
                                       : VERSION_EQUAL;
}

/* A word and a number, and no more. */
static bool sole_word(Cursor c, Str *word)
{
    cursor_next(&c);
    *word = c.token.text;
    if (c.kind != WORD)
        return false;
    cursor_next(&c);
    if (c.kind == LIST)
        cursor_next(&c);
    if (c.kind == NUMBER)
        cursor_next(&c);
    return c.kind == END;
}

static bool dotted(const Cursor *c)
{
    return c->kind == LIST && !c->opening && c->token.dotted;
}

/* "1.0.RC1" against what stands behind a dash. Before 3.8.7 the word stood in the outer list,
 * behind its zeros; now a list is opened for it. Published orders are of both times, so the older
 * holds except for what the newer was made for: 1.0.0.rc1 is before 1.0.0-rc2. */
static VersionOrder dotted_compare(const Cursor *a, const Cursor *b)
{
    Str x, y;
    if (a->after_zeros && sole_word(*a, &x) && sole_word(*b, &y) && !bytes_compare_fold(x, y))
        return VERSION_EQUAL;
    return a->after_zeros ? VERSION_GREATER : VERSION_LESS;
}

static VersionOrder compare(Str a, Str b)
{
    Cursor x = cursor_of(a), y = cursor_of(b);
    while (x.kind != END && y.kind != END) {
        VersionOrder order = item_compare(&x, &y);
        if (!order && dotted(&x) && y.opening)
            order = dotted_compare(&x, &y);
        else if (!order && dotted(&y) && x.opening)
            order = order_flip(dotted_compare(&y, &x));
        if (order)
            return order;
        cursor_next(&x);
        cursor_next(&y);
    }
    return x.kind != END ? rest_order(&x) : order_flip(rest_order(&y));
}

static bool valid(Str v)
{
    for (size_t i = 0; i < v.len; i++)
        if (!is_alnum(v.ptr[i]) && str_find_char(STR("._-+"), v.ptr[i]) == STR_NONE)
            return false;
    return is_alnum(at(v, 0));
}

const VersionScheme version_maven = {
    .name = "maven",
    .summary = "Maven and Gradle",
    .spec = "https://maven.apache.org/pom.html#version-order-specification",
    .compare = compare,
    .valid = valid,
};
