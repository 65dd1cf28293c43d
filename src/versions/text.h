/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "versions/version.h"

/* Inlined characters, slices and numbers: a compare is a few dozen of these and runs once for every
 * range of every package. Everything here is bounded: beyond the end there are only zeros. */

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static inline char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool is_alpha(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

static inline bool is_alnum(char c)
{
    return is_digit(c) || is_alpha(c);
}

static inline bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline char at(Str s, size_t i)
{
    return i < s.len ? s.ptr[i] : '\0';
}

/* from <= to <= s.len */
static inline Str slice(Str s, size_t from, size_t to)
{
    return from < to ? (Str){&s.ptr[from], to - from} : (Str){"", 0};
}

static inline Str tail(Str s, size_t from)
{
    return slice(s, from, s.len);
}

static inline size_t digits_end(Str s, size_t i)
{
    while (i < s.len && is_digit(s.ptr[i]))
        i++;
    return i;
}

static inline size_t alphas_end(Str s, size_t i)
{
    while (i < s.len && is_alpha(s.ptr[i]))
        i++;
    return i;
}

static inline size_t alnums_end(Str s, size_t i)
{
    while (i < s.len && is_alnum(s.ptr[i]))
        i++;
    return i;
}

static inline bool has_section_mark(Str s, size_t i)
{
    for (; i < s.len; i++)
        if (s.ptr[i] == '-' || s.ptr[i] == ':')
            return true;
    return false;
}

/* Mostly versions differ only near their ends, in the same section of [epoch:]version[-release].
 * Then cuts off what they share, but not into a number (nor a word, where `words` are compared
 * whole), so that only the rests need to be understood. */
static inline bool cut_common(Str *a, Str *b, bool words)
{
    size_t i = 0, shorter = a->len < b->len ? a->len : b->len;
    while (i < shorter && a->ptr[i] == b->ptr[i])
        i++;
    while (i > 0 && (is_digit(a->ptr[i - 1]) || (words && is_alpha(a->ptr[i - 1]))))
        i--;
    if (i == 0 || has_section_mark(*a, i) || has_section_mark(*b, i))
        return false;
    *a = tail(*a, i);
    *b = tail(*b, i);
    return true;
}

static inline Str take_digits(Str s, size_t *i)
{
    size_t from = *i;
    *i = digits_end(s, from);
    return slice(s, from, *i);
}

static inline bool all_digits(Str s)
{
    return digits_end(s, 0) == s.len;
}

/* Takes `word`, in lower case, from s at *i whatever its case there. */
static inline bool take_word(Str s, size_t *i, const char *word)
{
    size_t n = 0;
    while (word[n] && *i + n < s.len && lower(s.ptr[*i + n]) == word[n])
        n++;
    if (word[n])
        return false;
    *i += n;
    return true;
}

static inline VersionOrder order_of(int difference)
{
    return (VersionOrder)((difference > 0) - (difference < 0));
}

static inline VersionOrder order_size(size_t a, size_t b)
{
    return (VersionOrder)((a > b) - (a < b));
}

static inline VersionOrder order_flip(VersionOrder order)
{
    return (VersionOrder)-order;
}

/* By bytes; a prefix comes first. */
static inline VersionOrder bytes_compare(Str a, Str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++)
        if (a.ptr[i] != b.ptr[i])
            return (unsigned char)a.ptr[i] < (unsigned char)b.ptr[i] ? VERSION_LESS
                                                                     : VERSION_GREATER;
    return order_size(a.len, b.len);
}

static inline VersionOrder bytes_compare_fold(Str a, Str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        unsigned char x = (unsigned char)lower(a.ptr[i]), y = (unsigned char)lower(b.ptr[i]);
        if (x != y)
            return x < y ? VERSION_LESS : VERSION_GREATER;
    }
    return order_size(a.len, b.len);
}

static inline Str without_zeros(Str digits)
{
    size_t i = 0;
    while (i < digits.len && digits.ptr[i] == '0')
        i++;
    return tail(digits, i);
}

/* By value, of any length; none at all is 0. */
static inline VersionOrder digits_compare(Str a, Str b)
{
    a = without_zeros(a);
    b = without_zeros(b);
    return a.len != b.len ? order_size(a.len, b.len) : bytes_compare(a, b);
}

/* "1.2.3": numbers with one character between any two; what one of them lacks is 0. */
static inline VersionOrder numbers_compare(Str a, Str b)
{
    size_t i = 0, j = 0;
    while (i < a.len || j < b.len) {
        Str x = take_digits(a, &i), y = take_digits(b, &j);
        VersionOrder order = digits_compare(x, y);
        if (order)
            return order;
        i += i < a.len;
        j += j < b.len;
    }
    return VERSION_EQUAL;
}

static inline bool digits_zero(Str digits)
{
    return without_zeros(digits).len == 0;
}
