/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/dotted.h"
#include "versions/text.h"

static Str segment_next(Str v, size_t *i)
{
    size_t from = *i;
    while (*i < v.len && v.ptr[*i] != '.' && v.ptr[*i] != '-')
        ++*i;
    Str segment = slice(v, from, *i);
    ++*i; /* beyond the end, so that "1." has two segments and "1" one */
    return segment;
}

VersionOrder dotted_compare(Str a, Str b)
{
    size_t i = 0, j = 0;
    while (i <= a.len && j <= b.len) {
        Str x = segment_next(a, &i), y = segment_next(b, &j);
        bool m = all_digits(x), n = all_digits(y);
        VersionOrder order = m && n   ? digits_compare(x, y)
                             : m || n ? order_of(m - n)
                                      : bytes_compare(x, y);
        if (order)
            return order;
    }
    return order_size(i <= a.len, j <= b.len);
}

bool dotted_valid(Str v, Str separators, size_t least)
{
    size_t count = 0, i = 0;
    for (;; i++) {
        if (take_digits(v, &i).len == 0)
            return false;
        count++;
        if (i == v.len)
            return count >= least;
        if (str_find_char(separators, v.ptr[i]) == STR_NONE)
            return false;
    }
}
