/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/schemes.h"
#include "versions/semver_like.h"

static VersionOrder compare(Str a, Str b)
{
    return semver_like_compare(a, b, &(SemverRules){.revision = true});
}

static bool valid(Str v)
{
    return semver_like_valid(v, 3, 3);
}

const VersionScheme version_bitnami = {
    .name = "bitnami",
    .summary = "Bitnami's applications",
    .spec = "https://github.com/bitnami/go-version",
    .compare = compare,
    .valid = valid,
};
