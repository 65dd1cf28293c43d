/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/schemes.h"
#include "versions/semver_like.h"

static VersionOrder compare(Str a, Str b)
{
    return semver_like_compare(a, b, &(SemverRules){.build = true});
}

static bool valid(Str v)
{
    return semver_like_valid(v, 3, 3);
}

const VersionScheme version_pub = {
    .name = "pub",
    .summary = "packages of Dart and Flutter",
    .spec = "https://dart.dev/tools/pub/versioning",
    .compare = compare,
    .valid = valid,
};
