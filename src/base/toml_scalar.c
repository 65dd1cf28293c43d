/* SPDX-License-Identifier: Apache-2.0 */
#include "base/toml_scalar.h"

#include <math.h>

/* `text` without the underscores, which must stand between two digits. */
static bool strip_underscores(Str text, char *out, size_t cap, Str *stripped)
{
    size_t fill = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint64_t digit;
        if (text.ptr[i] != '_') {
            if (fill == cap)
                return false;
            out[fill++] = text.ptr[i];
        } else if (i == 0 || !str_to_hex_u64(str_sub(text, i - 1, i), &digit) ||
                   !str_to_hex_u64(str_sub(text, i + 1, i + 2), &digit)) {
            return false;
        }
    }
    *stripped = (Str){out, fill};
    return true;
}

static bool to_radix(Str digits, unsigned bits, int64_t *out)
{
    uint64_t value = 0, digit;
    for (size_t i = 0; i < digits.len; i++) {
        if (!str_to_hex_u64(str_sub(digits, i, i + 1), &digit) || digit >> bits ||
            value >> (63 - bits))
            return false;
        value = value << bits | digit;
    }
    *out = (int64_t)value;
    return digits.len > 0;
}

static bool integer_of(Str text, int64_t *out)
{
    if (str_starts(text, STR("0x")))
        return to_radix(str_from_pos(text, 2), 4, out);
    if (str_starts(text, STR("0o")))
        return to_radix(str_from_pos(text, 2), 3, out);
    if (str_starts(text, STR("0b")))
        return to_radix(str_from_pos(text, 2), 1, out);
    size_t sign = str_at(text, 0) == '-' || str_at(text, 0) == '+';
    if (str_at(text, sign) == '0' && text.len > sign + 1)
        return false;
    uint64_t magnitude;
    bool minus = sign && text.ptr[0] == '-';
    if (!str_to_u64(str_from_pos(text, sign), &magnitude) ||
        magnitude > (uint64_t)INT64_MAX + minus)
        return false;
    *out = (int64_t)(minus ? -magnitude : magnitude);
    return true;
}

static size_t digits_at(Str s, size_t from)
{
    size_t i = from;
    while (char_is_digit(str_at(s, i)))
        i++;
    return i - from;
}

static bool float_of(Str text, double *out)
{
    size_t i = str_at(text, 0) == '-' || str_at(text, 0) == '+', n;
    Str magnitude = str_from_pos(text, i);
    if (str_eq(magnitude, STR("inf")) || str_eq(magnitude, STR("nan"))) {
        *out = str_at(magnitude, 0) == 'n' ? (double)NAN : (double)INFINITY;
        *out = str_at(text, 0) == '-' ? -*out : *out;
        return true;
    }
    n = digits_at(text, i);
    if (n == 0 || (n > 1 && str_at(text, i) == '0'))
        return false;
    i += n;
    if (i == text.len)
        return false; /* an integer, too large for one */
    if (str_at(text, i) == '.') {
        n = digits_at(text, i + 1);
        if (n == 0)
            return false;
        i += n + 1;
    }
    if (char_lower(str_at(text, i)) == 'e') {
        i++;
        i += str_at(text, i) == '-' || str_at(text, i) == '+';
        n = digits_at(text, i);
        if (n == 0)
            return false;
        i += n;
    }
    return i == text.len && str_to_double(text, out);
}

/* `form`: 0 stands for a digit, everything else for itself. */
static bool accept_form(Str *rest, const char *form)
{
    size_t i = 0;
    for (; form[i]; i++)
        if (form[i] == '0' ? !char_is_digit(str_at(*rest, i)) : str_at(*rest, i) != form[i])
            return false;
    *rest = str_from_pos(*rest, i);
    return true;
}

static bool in_range(Str s, size_t from, unsigned least, unsigned most)
{
    uint64_t value;
    return str_to_u64(str_sub(s, from, from + 2), &value) && value >= least && value <= most;
}

static bool day_exists(Str date)
{
    static const unsigned days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint64_t year, month;
    if (!str_to_u64(str_sub(date, 0, 4), &year) || !in_range(date, 5, 1, 12) ||
        !str_to_u64(str_sub(date, 5, 7), &month))
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return in_range(date, 8, 1, month == 2 && !leap ? 28 : days[month - 1]);
}

static bool time_of_day(Str *rest)
{
    Str time = *rest;
    if (!accept_form(rest, "00:00:00") || !in_range(time, 0, 0, 23) || !in_range(time, 3, 0, 59) ||
        !in_range(time, 6, 0, 60))
        return false;
    if (str_at(*rest, 0) != '.')
        return true;
    size_t digits = digits_at(*rest, 1);
    *rest = str_from_pos(*rest, digits + 1);
    return digits > 0;
}

static bool date_time(Str text)
{
    Str rest = text;
    if (!accept_form(&rest, "0000-00-00"))
        return time_of_day(&rest) && rest.len == 0;
    if (!day_exists(text))
        return false;
    if (rest.len == 0)
        return true;
    if (char_lower(rest.ptr[0]) != 't' && rest.ptr[0] != ' ')
        return false;
    rest = str_from_pos(rest, 1);
    if (!time_of_day(&rest))
        return false;
    if (rest.len == 0 || str_eq_fold(rest, STR("z")))
        return true;
    Str zone = str_from_pos(rest, 1);
    return (accept_form(&rest, "+00:00") || accept_form(&rest, "-00:00")) && rest.len == 0 &&
           in_range(zone, 0, 0, 23) && in_range(zone, 3, 0, 59);
}

bool toml_scalar(Str text, TomlValue *out)
{
    char room[80];
    Str plain;
    out->string = text;
    if (str_eq(text, STR("true")) || str_eq(text, STR("false"))) {
        out->kind = TOML_BOOLEAN;
        out->boolean = text.len == 4;
        return true;
    }
    out->kind = TOML_DATE;
    if (date_time(text))
        return true;
    if (!strip_underscores(text, room, sizeof room, &plain))
        return false;
    out->kind = TOML_INTEGER;
    if (integer_of(plain, &out->integer)) {
        out->number = (double)out->integer;
        return true;
    }
    out->kind = TOML_FLOAT;
    return float_of(plain, &out->number);
}
