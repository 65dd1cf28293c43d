/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/evr.h"
#include "versions/text.h"

Evr evr_split(Str v)
{
    Evr out = {0};
    size_t colon = digits_end(v, 0);
    if (at(v, colon) == ':') {
        out.epoch = slice(v, 0, colon);
        v = tail(v, colon + 1);
    }
    size_t dash = v.len;
    while (dash > 0 && v.ptr[dash - 1] != '-')
        dash--;
    out.released = dash > 0;
    out.version = out.released ? slice(v, 0, dash - 1) : v;
    out.release = out.released ? tail(v, dash) : (Str){0};
    return out;
}

static bool made_of(Str s, Str others)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_alnum(s.ptr[i]) && str_find_char(others, s.ptr[i]) == STR_NONE)
            return false;
    return s.len > 0;
}

bool evr_valid(Str v, Str others)
{
    Evr x = evr_split(v);
    return at(v, 0) != ':' && made_of(x.version, others) &&
           (!x.released || made_of(x.release, others));
}
