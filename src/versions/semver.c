/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/schemes.h"
#include "versions/semver_like.h"

static VersionOrder compare(Str a, Str b)
{
    return semver_like_compare(a, b, &(SemverRules){0});
}

static bool valid(Str v)
{
    return semver_like_valid(v, 3, 3);
}

const VersionScheme version_semver = {
    .name = "semver",
    .summary = "semantic versioning: npm, crates.io and others",
    .spec = "https://semver.org/",
    .compare = compare,
    .valid = valid,
};
