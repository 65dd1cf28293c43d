/* SPDX-License-Identifier: Apache-2.0 */
/* Of three lines: an order is the same both ways round, everything equals itself, and what is less
 * than what is less is less, but where the native tool's own order has circles. */
#include <assert.h>

#include "fuzz.h"
#include "versions/range.h"
#include "versions/version.h"

typedef struct Row {
    const char *name; /* the scheme's, or "range" */
    enum { NO_CIRCLES, CIRCLES_AMONG_INVALID, CIRCLES } order;
} Row;
static const Row rows[] = {
    {"alpm", CIRCLES},       {"apk", CIRCLES_AMONG_INVALID},
    {"bitnami", NO_CIRCLES}, {"composer", CIRCLES},
    {"cran", NO_CIRCLES},    {"dpkg", NO_CIRCLES},
    {"go", NO_CIRCLES},      {"hackage", NO_CIRCLES},
    {"maven", CIRCLES},      {"nuget", NO_CIRCLES},
    {"pep440", NO_CIRCLES},  {"plain", NO_CIRCLES},
    {"portage", NO_CIRCLES}, {"pub", NO_CIRCLES},
    {"rpm", NO_CIRCLES},     {"rubygems", NO_CIRCLES},
    {"semver", NO_CIRCLES},  {"range", NO_CIRCLES},
};

static VersionOrder order(const VersionScheme *scheme, Str a, Str b)
{
    VersionOrder to = version_compare(scheme, a, b), back = version_compare(scheme, b, a);
    assert(to == VERSION_UNORDERED ? back == to : (int)to == -(int)back);
    return to;
}

static void compare_all(const VersionScheme *scheme, const Row *row, Str a, Str b, Str c)
{
    VersionOrder ab = order(scheme, a, b), bc = order(scheme, b, c), ac = order(scheme, a, c);
    VersionOrder aa = order(scheme, a, a);
    bool valid = scheme->valid(a) && scheme->valid(b) && scheme->valid(c);
    assert(aa == VERSION_EQUAL || aa == VERSION_UNORDERED);
    if (ab != VERSION_UNORDERED && ab == bc && row->order != CIRCLES)
        assert(ac == ab || (row->order == CIRCLES_AMONG_INVALID && !valid));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Row *row = FUZZ_ROW(rows);
    const VersionScheme *scheme = version_scheme_find(str_from(row->name));
    Str a, b, c;
    bool has;
    str_cut(str_of(data, size), '\n', &a, &b);
    str_cut(b, '\n', &b, &c);
    if (scheme)
        compare_all(scheme, row, a, b, c);
    else if (semver_range_has(a, b, &has))
        assert(semver_clean(b).len <= b.len);
    return 0;
}
