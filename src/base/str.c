/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

Str str_from(const char *c_string)
{
    return c_string ? (Str){c_string, strlen(c_string)} : (Str){0};
}

static bool bytes_eq_fold(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (char_lower(a[i]) != char_lower(b[i]))
            return false;
    return true;
}

bool str_eq_fold(Str a, Str b)
{
    return a.len == b.len && bytes_eq_fold(a.ptr, b.ptr, a.len);
}

int str_cmp(Str a, Str b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.ptr, b.ptr, shared) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(Str s, Str prefix)
{
    return s.len >= prefix.len && str_eq(str_head(s, prefix.len), prefix);
}

bool str_ends(Str s, Str suffix)
{
    return s.len >= suffix.len && str_eq(str_from_pos(s, s.len - suffix.len), suffix);
}

bool str_starts_fold(Str s, Str prefix)
{
    return s.len >= prefix.len && str_eq_fold(str_head(s, prefix.len), prefix);
}

bool str_ends_fold(Str s, Str suffix)
{
    return s.len >= suffix.len && str_eq_fold(str_from_pos(s, s.len - suffix.len), suffix);
}

size_t str_find(Str s, Str needle)
{
    if (needle.len == 0)
        return 0;
    if (s.len < needle.len)
        return STR_NONE;
    const char *hit = memmem(s.ptr, s.len, needle.ptr, needle.len);
    return hit ? (size_t)(hit - s.ptr) : STR_NONE;
}

size_t str_find_fold(Str s, Str needle)
{
    for (size_t i = 0; needle.len <= s.len && i <= s.len - needle.len; i++)
        if (bytes_eq_fold(s.ptr + i, needle.ptr, needle.len))
            return i;
    return STR_NONE;
}

bool str_contains(Str s, Str needle)
{
    return str_find(s, needle) != STR_NONE;
}

size_t str_find_char(Str s, char c)
{
    const char *hit = s.len ? memchr(s.ptr, c, s.len) : NULL;
    return hit ? (size_t)(hit - s.ptr) : STR_NONE;
}

size_t str_rfind_char(Str s, char c)
{
    const char *hit = s.len ? memrchr(s.ptr, c, s.len) : NULL;
    return hit ? (size_t)(hit - s.ptr) : STR_NONE;
}

Str str_trim(Str s)
{
    while (s.len && char_is_space(s.ptr[0]))
        s = str_from_pos(s, 1);
    while (s.len && char_is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

Str str_trim_char(Str s, char c)
{
    while (s.len && s.ptr[0] == c)
        s = str_from_pos(s, 1);
    while (s.len && s.ptr[s.len - 1] == c)
        s.len--;
    return s;
}

static bool cut_at(Str s, size_t at, Str *head, Str *tail)
{
    if (at == STR_NONE) {
        *head = s;
        *tail = (Str){0};
        return false;
    }
    *head = str_head(s, at);
    *tail = str_from_pos(s, at + 1);
    return true;
}

bool str_cut(Str s, char sep, Str *head, Str *tail)
{
    return cut_at(s, str_find_char(s, sep), head, tail);
}

bool str_rcut(Str s, char sep, Str *head, Str *tail)
{
    return cut_at(s, str_rfind_char(s, sep), head, tail);
}

bool str_next(Str *rest, char sep, Str *piece)
{
    if (!rest->ptr)
        return false;
    size_t at = str_find_char(*rest, sep);
    if (at == STR_NONE) {
        *piece = *rest;
        *rest = (Str){0};
        return true;
    }
    *piece = (Str){rest->ptr, at};
    *rest = (Str){rest->ptr + at + 1, rest->len - at - 1};
    return true;
}

bool str_next_line(Str *rest, Str *line)
{
    if (rest->len == 0 || !str_next(rest, '\n', line))
        return false;
    if (line->len && line->ptr[line->len - 1] == '\r')
        line->len--;
    return true;
}

bool str_next_word(Str *rest, Str *word)
{
    Str s = *rest;
    while (s.len && char_is_space(s.ptr[0]))
        s = str_from_pos(s, 1);
    size_t end = 0;
    while (end < s.len && !char_is_space(s.ptr[end]))
        end++;
    *word = str_head(s, end);
    *rest = str_from_pos(s, end);
    return word->len > 0;
}

char *str_digits(char *end, uint64_t value, unsigned least)
{
    char *at = end;
    for (; value || (size_t)(end - at) < least; value /= 10)
        *--at = (char)('0' + value % 10);
    return at;
}

bool str_to_u64(Str s, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (!char_is_digit(s.ptr[i]) || __builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.ptr[i] - '0'), &value))
            return false;
    }
    if (s.len == 0)
        return false;
    *out = value;
    return true;
}

static int hex_digit(char c)
{
    if (char_is_digit(c))
        return c - '0';
    char lower = char_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool str_to_hex_u64(Str s, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        int digit = hex_digit(s.ptr[i]);
        if (digit < 0 || value >> 60)
            return false;
        value = value << 4 | (uint64_t)digit;
    }
    if (s.len == 0)
        return false;
    *out = value;
    return true;
}

bool str_to_i64(Str s, int64_t *out)
{
    bool negative = str_at(s, 0) == '-';
    uint64_t magnitude = 0;
    if (negative || str_at(s, 0) == '+')
        s = str_from_pos(s, 1);
    if (!str_to_u64(s, &magnitude) || magnitude > INT64_MAX)
        return false;
    *out = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

/* strtod needs a terminator and follows the locale; assay never calls setlocale, so "C" holds. */
bool str_to_double(Str s, double *out)
{
    char text[64];
    if (s.len == 0 || s.len >= sizeof text || char_is_space(s.ptr[0]))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!char_is_digit(s.ptr[i]) && !memchr("+-.eE", s.ptr[i], 5))
            return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    char *end = NULL;
    double value = strtod(text, &end);
    if (end != text + s.len)
        return false;
    *out = value;
    return true;
}

/* Length of the well-formed UTF-8 sequence at `s`, 0 if there is none (Unicode 15, table 3-7). */
static size_t utf8_sequence(const unsigned char *s, size_t len)
{
    static const struct {
        unsigned char lead_from, lead_to, second_from, second_to, length;
    } rows[] = {
        {0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        if (s[0] < rows[r].lead_from || s[0] > rows[r].lead_to)
            continue;
        if (rows[r].length > len)
            return 0;
        if (rows[r].length > 1 && (s[1] < rows[r].second_from || s[1] > rows[r].second_to))
            return 0;
        for (size_t i = 2; i < rows[r].length; i++)
            if ((s[i] & 0xC0) != 0x80)
                return 0;
        return rows[r].length;
    }
    return 0;
}

/* By the eight: a byte below 0x20 borrows into its highest bit; one above 0x7e carries into it, or has
 * it. What else that strikes is looked at one by one. */
size_t str_printable(Str s)
{
    const uint64_t ones = UINT64_MAX / 0xff;
    size_t at = 0;
    for (uint64_t eight; s.len - at >= sizeof eight; at += sizeof eight) {
        memcpy(&eight, s.ptr + at, sizeof eight);
        if (((eight - 0x20 * ones) | (eight + ones) | eight) & 0x80 * ones)
            break;
    }
    while (at < s.len && s.ptr[at] >= 0x20 && s.ptr[at] < 0x7f)
        at++;
    return at;
}

bool str_is_utf8(Str s)
{
    for (size_t i = 0; i < s.len;) {
        size_t step = utf8_sequence((const unsigned char *)s.ptr + i, s.len - i);
        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

size_t utf8_put(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf00 >> len & 0xff) | c);
    return len;
}

uint64_t str_hash(Str s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 0x100000001b3u;
    h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
    return h ^ h >> 32;
}
