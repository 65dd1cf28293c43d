/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/schemes.h"
#include "versions/text.h"

typedef struct DpkgVersion {
    Str epoch, upstream, revision;
} DpkgVersion;

/* dpkg refuses an epoch that is no number; here the colon is then part of the version. */
static DpkgVersion split(Str v)
{
    size_t colon = digits_end(v, 0), dash = v.len;
    DpkgVersion out = {.upstream = v};
    if (colon > 0 && at(v, colon) == ':') {
        out.epoch = slice(v, 0, colon);
        v = out.upstream = tail(v, colon + 1);
        dash = v.len;
    }
    while (dash > 0 && v.ptr[dash - 1] != '-')
        dash--;
    if (dash > 0) {
        out.upstream = slice(v, 0, dash - 1);
        out.revision = tail(v, dash);
    }
    return out;
}

/* A tilde comes before the end, the end before letters, letters before everything else. */
static int weight(Str s, size_t i)
{
    char c = at(s, i);
    if (i >= s.len || is_digit(c))
        return 0;
    if (is_alpha(c))
        return c;
    return c == '~' ? -1 : (unsigned char)c + 256;
}

static bool in_word(Str s, size_t i)
{
    return i < s.len && !is_digit(s.ptr[i]);
}

static VersionOrder part_compare(Str a, Str b)
{
    size_t i = 0, j = 0;
    while (i < a.len || j < b.len) {
        while (in_word(a, i) || in_word(b, j)) {
            int x = weight(a, i), y = weight(b, j);
            if (x != y)
                return order_of(x - y);
            i++;
            j++;
        }
        Str m = take_digits(a, &i), n = take_digits(b, &j);
        VersionOrder order = digits_compare(m, n);
        if (order)
            return order;
    }
    return VERSION_EQUAL;
}

static VersionOrder compare(Str a, Str b)
{
    if (cut_common(&a, &b, false))
        return part_compare(a, b);
    DpkgVersion x = split(a), y = split(b);
    VersionOrder order = digits_compare(x.epoch, y.epoch);
    if (!order)
        order = part_compare(x.upstream, y.upstream);
    return order ? order : part_compare(x.revision, y.revision);
}

static bool made_of(Str s, Str others)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_alnum(s.ptr[i]) && str_find_char(others, s.ptr[i]) == STR_NONE)
            return false;
    return s.len > 0;
}

static bool valid(Str v)
{
    DpkgVersion x = split(v);
    bool revised = str_find_char(v, '-') != STR_NONE;
    return is_digit(at(x.upstream, 0)) &&
           made_of(x.upstream, x.epoch.len ? STR(".+~-:") : STR(".+~-")) &&
           (!revised || made_of(x.revision, STR(".+~")));
}

const VersionScheme version_dpkg = {
    .name = "dpkg",
    .summary = "Debian, Ubuntu and their kin",
    .spec = "https://www.debian.org/doc/debian-policy/ch-controlfields.html#version",
    .compare = compare,
    .valid = valid,
};
