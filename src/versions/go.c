/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/schemes.h"
#include "versions/semver_like.h"
#include "versions/text.h"

/* A toolchain calls itself "go1.22.3 X:boringcrypto" or "go1.21.0 (Red Hat 1.21.0-1)". */
static Str bare(Str v)
{
    size_t i = 0, end = 0;
    if (at(v, 0) == 'g' && at(v, 1) == 'o' && is_digit(at(v, 2)))
        i = 2;
    else if (at(v, 0) == 'v')
        i = 1;
    while (end < v.len && !is_space(v.ptr[end]))
        end++;
    return slice(v, i, end > i ? end : i);
}

/* Pseudo-versions need no rule of their own: "v1.2.4-0.20200101000000-abcdef" is a pre-release that
 * orders by its time; "+incompatible" and "+dirty" are builds. */
static VersionOrder compare(Str a, Str b)
{
    return semver_like_compare(bare(a), bare(b), &(SemverRules){0});
}

static bool valid(Str v)
{
    return semver_like_valid(bare(v), 1, 3);
}

const VersionScheme version_go = {
    .name = "go",
    .summary = "Go modules and toolchains",
    .spec = "https://go.dev/ref/mod#versions",
    .compare = compare,
    .valid = valid,
};
