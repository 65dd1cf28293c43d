/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/schemes.h"
#include "versions/semver_like.h"

static VersionOrder compare(Str a, Str b)
{
    return semver_like_compare(a, b, &(SemverRules){.fold = true});
}

static bool valid(Str v)
{
    return semver_like_valid(v, 1, 4);
}

const VersionScheme version_nuget = {
    .name = "nuget",
    .summary = "packages of .NET",
    .spec = "https://learn.microsoft.com/nuget/concepts/package-versioning",
    .compare = compare,
    .valid = valid,
};
