/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/evr.h"
#include "versions/schemes.h"
#include "versions/text.h"

static size_t skip_separators(Str s, size_t i)
{
    while (i < s.len && !is_alnum(s.ptr[i]) && s.ptr[i] != '~' && s.ptr[i] != '^')
        i++;
    return i;
}

/* A tilde sorts before everything, even the end; a caret after the end and before all else. */
static VersionOrder mark_compare(bool a_ends, char a, bool b_ends, char b)
{
    if (a == '~' || b == '~')
        return a != '~' ? VERSION_GREATER : b != '~' ? VERSION_LESS : VERSION_EQUAL;
    if (a_ends || b_ends)
        return a_ends ? VERSION_LESS : VERSION_GREATER;
    return a != '^' ? VERSION_GREATER : b != '^' ? VERSION_LESS : VERSION_EQUAL;
}

static VersionOrder part_compare(Str a, Str b)
{
    size_t i = 0, j = 0;
    while (i < a.len || j < b.len) {
        i = skip_separators(a, i);
        j = skip_separators(b, j);
        char x = at(a, i), y = at(b, j);
        if (x == '~' || y == '~' || x == '^' || y == '^') {
            VersionOrder order = mark_compare(i == a.len, x, j == b.len, y);
            if (order)
                return order;
            i++;
            j++;
            continue;
        }
        if (i == a.len || j == b.len)
            break;
        bool number = is_digit(x);
        size_t m = number ? digits_end(a, i) : alphas_end(a, i);
        size_t n = number ? digits_end(b, j) : alphas_end(b, j);
        if (n == j) /* a number is newer than a word */
            return number ? VERSION_GREATER : VERSION_LESS;
        Str p = slice(a, i, m), q = slice(b, j, n);
        VersionOrder order = number ? digits_compare(p, q) : bytes_compare(p, q);
        if (order)
            return order;
        i = m;
        j = n;
    }
    return order_size(a.len - i, 0) - order_size(b.len - j, 0);
}

/* Where only one names a release and all else is equal, it is the newer, whatever the release is:
 * "1" is before "1-" and before "1-~". */
static VersionOrder compare(Str a, Str b)
{
    if (cut_common(&a, &b, true))
        return part_compare(a, b);
    Evr x = evr_split(a), y = evr_split(b);
    VersionOrder order = digits_compare(x.epoch, y.epoch);
    if (!order)
        order = part_compare(x.version, y.version);
    if (!order && x.released && y.released)
        return part_compare(x.release, y.release);
    return order ? order : order_size(x.released, y.released);
}

static bool valid(Str v)
{
    return evr_valid(v, STR("._+~^"));
}

const VersionScheme version_rpm = {
    .name = "rpm",
    .summary = "Fedora, RHEL, SUSE and their kin",
    .spec = "https://rpm-software-management.github.io/rpm/man/rpm-version.7",
    .compare = compare,
    .valid = valid,
};
