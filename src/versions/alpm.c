/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/evr.h"
#include "versions/schemes.h"
#include "versions/text.h"

/* pacman's rules grew out of an early rpm's: no tilde or caret; how many separators stand between
 * two parts counts; and a word left over makes a version older. */

static size_t skip_separators(Str s, size_t i)
{
    while (i < s.len && !is_alnum(s.ptr[i]))
        i++;
    return i;
}

/* What is left once all common parts were equal: "1.0a" is before "1.0", "1.0.a" after it. */
static VersionOrder rest_compare(Str a, size_t i, Str b, size_t j)
{
    if (i == a.len && j == b.len)
        return VERSION_EQUAL;
    bool older = (i == a.len && !is_alpha(at(b, j))) || is_alpha(at(a, i));
    return older ? VERSION_LESS : VERSION_GREATER;
}

static VersionOrder part_compare(Str a, Str b)
{
    size_t i = 0, j = 0;
    while (i < a.len && j < b.len) {
        size_t p = skip_separators(a, i), q = skip_separators(b, j);
        size_t gap_a = p - i, gap_b = q - j;
        i = p;
        j = q;
        if (i == a.len || j == b.len)
            break;
        if (gap_a != gap_b)
            return order_size(gap_a, gap_b);
        bool number = is_digit(a.ptr[i]);
        size_t m = number ? digits_end(a, i) : alphas_end(a, i);
        size_t n = number ? digits_end(b, j) : alphas_end(b, j);
        if (n == j)
            return number ? VERSION_GREATER : VERSION_LESS;
        Str x = slice(a, i, m), y = slice(b, j, n);
        VersionOrder order = number ? digits_compare(x, y) : bytes_compare(x, y);
        if (order)
            return order;
        i = m;
        j = n;
    }
    return rest_compare(a, i, b, j);
}

static VersionOrder compare(Str a, Str b)
{
    Evr x = evr_split(a), y = evr_split(b);
    VersionOrder order = digits_compare(x.epoch, y.epoch);
    if (!order)
        order = part_compare(x.version, y.version);
    if (!order && x.released && y.released) /* without a release any will do */
        order = part_compare(x.release, y.release);
    return order;
}

static bool valid(Str v)
{
    return evr_valid(v, STR("._+"));
}

const VersionScheme version_alpm = {
    .name = "alpm",
    .summary = "Arch Linux and its kin",
    .spec = "https://man.archlinux.org/man/vercmp.8",
    .compare = compare,
    .valid = valid,
};
