/* SPDX-License-Identifier: Apache-2.0 */
/* Of three lines: an order is the same both ways round, everything equals itself, and what is less
 * than what is less is less, but where the native tool's own order has circles. */
#include <assert.h>

#include "fuzz.h"
#include "versions/range.h"
#include "versions/version.h"

typedef struct Row {
    const char *name; /* the scheme's, or "range" */
    bool circles;
} Row;
static const Row rows[] = {
    {"alpm", true},     {"apk", false},   {"bitnami", false}, {"composer", true},
    {"cran", false},    {"dpkg", false},  {"go", false},      {"hackage", false},
    {"maven", true},    {"nuget", false}, {"pep440", false},  {"plain", false},
    {"portage", false}, {"pub", false},   {"rpm", false},     {"rubygems", false},
    {"semver", false},  {"range", false},
};

static VersionOrder order(const VersionScheme *scheme, Str a, Str b)
{
    VersionOrder to = version_compare(scheme, a, b), back = version_compare(scheme, b, a);
    assert(to == VERSION_UNORDERED ? back == to : (int)to == -(int)back);
    return to;
}

static void compare_all(const VersionScheme *scheme, bool circles, Str a, Str b, Str c)
{
    VersionOrder ab = order(scheme, a, b), bc = order(scheme, b, c), ac = order(scheme, a, c);
    VersionOrder aa = order(scheme, a, a);
    assert(aa == VERSION_EQUAL || aa == VERSION_UNORDERED);
    if (!circles && ab != VERSION_UNORDERED && ab == bc)
        assert(ac == ab);
    scheme->valid(a);
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
        compare_all(scheme, row->circles, a, b, c);
    else if (semver_range_has(a, b, &has))
        assert(semver_clean(b).len <= b.len);
    return 0;
}
