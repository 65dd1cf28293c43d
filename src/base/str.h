/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A slice of bytes: passed by value, immutable, not NUL-terminated, never owning. The empty slice
 * has len 0; its ptr may be NULL. */
typedef struct Str {
    const char *ptr;
    size_t len;
} Str;

#define STR(literal) ((Str){("" literal ""), sizeof(literal) - 1})
#define STR_INIT(literal)                                                                          \
    {                                                                                              \
        ("" literal ""), sizeof(literal) - 1                                                       \
    }
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).len, ((s).len ? (s).ptr : "")

Str str_from(const char *c_string); /* NULL gives the empty slice */
static inline Str str_of(const void *bytes, size_t len)
{
    return (Str){bytes, len};
}
static inline bool str_eq(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
bool str_eq_fold(Str a, Str b); /* ASCII case folded */
int str_cmp(Str a, Str b);      /* by bytes; a prefix comes first; <0, 0, >0 */
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
bool str_starts_fold(Str s, Str prefix);
bool str_ends_fold(Str s, Str suffix);
bool str_contains(Str s, Str needle);

#define STR_NONE ((size_t)-1)
/* Position of the first or last occurrence, or STR_NONE. */
size_t str_find(Str s, Str needle);
size_t str_find_fold(Str s, Str needle);
size_t str_find_char(Str s, char c);
size_t str_rfind_char(Str s, char c);

/* Clamped slices: out-of-range positions give shorter results, never undefined ones. */
static inline Str str_sub(Str s, size_t from, size_t to)
{
    to = to < s.len ? to : s.len;
    return from < to ? (Str){s.ptr + from, to - from} : (Str){0};
}
static inline Str str_from_pos(Str s, size_t from)
{
    return str_sub(s, from, s.len);
}
static inline Str str_head(Str s, size_t len)
{
    return str_sub(s, 0, len);
}
Str str_trim(Str s);                       /* white space at both ends */
Str str_trim_char(Str s, char c);          /* that character at both ends */
static inline char str_at(Str s, size_t i) /* 0 beyond the end */
{
    return i < s.len ? s.ptr[i] : '\0';
}

/* Cuts `s` at the first `sep`: *head gets what stands before it, *tail what follows.
 * Without `sep`: *head is all of `s`, *tail is empty, the result is false. */
bool str_cut(Str s, char sep, Str *head, Str *tail);
bool str_rcut(Str s, char sep, Str *head, Str *tail); /* at the last; without: *head is `s` */
/* Takes the next piece up to `sep` off *rest; false once nothing is left. "a,,b" gives three. */
bool str_next(Str *rest, char sep, Str *piece);
/* Takes the next line ("\n" or "\r\n" taken off); false once nothing is left. */
bool str_next_line(Str *rest, Str *line);
/* Takes the next run of characters that are not white space; false once none is left. */
bool str_next_word(Str *rest, Str *word);

/* The digits of `value`, at least so many, up to `end`; where they begin. At most 20 or `least`. Where
 * thousands of numbers are written, formats cost more than all the rest. */
char *str_digits(char *end, uint64_t value, unsigned least);
/* Whole-slice numbers: digits only, no sign, no overflow; false leaves *out alone. */
bool str_to_u64(Str s, uint64_t *out);
bool str_to_hex_u64(Str s, uint64_t *out);
bool str_to_i64(Str s, int64_t *out);   /* one leading - or + allowed */
bool str_to_double(Str s, double *out); /* decimal, optional exponent; locale-free */

bool str_is_utf8(Str s);
size_t str_printable(Str s); /* how many bytes stand before the first that is no printable ASCII */
/* The 1 to 4 bytes of a code point that is no surrogate and below 0x110000; gives how many. */
size_t utf8_put(char *out, uint32_t c);
uint64_t str_hash(Str s); /* FNV-1a with a final mix; stable across runs and machines */

static inline bool char_is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static inline bool char_is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline bool char_is_alnum(char c)
{
    return char_is_digit(c) || char_is_alpha(c);
}
static inline bool char_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline char char_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}
