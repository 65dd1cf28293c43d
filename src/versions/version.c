/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/version.h"
#include "base/compiler.h"
#include "versions/schemes.h"
#include "versions/text.h"

static const VersionScheme *const SCHEMES[] = {
    &version_alpm,     &version_apk,    &version_bitnami, &version_composer, &version_cran,
    &version_dpkg,     &version_go,     &version_hackage, &version_maven,    &version_nuget,
    &version_pep440,   &version_plain,  &version_portage, &version_pub,      &version_rpm,
    &version_rubygems, &version_semver,
};

const VersionScheme *const *version_schemes(size_t *count)
{
    *count = COUNT_OF(SCHEMES);
    return SCHEMES;
}

const VersionScheme *version_scheme_find(Str name)
{
    for (size_t i = 0; i < COUNT_OF(SCHEMES); i++)
        if (str_eq(name, str_from(SCHEMES[i]->name)))
            return SCHEMES[i];
    return NULL;
}

static Str trimmed(Str s)
{
    size_t from = 0, to = s.len;
    while (from < to && is_space(s.ptr[from]))
        from++;
    while (to > from && is_space(s.ptr[to - 1]))
        to--;
    return slice(s, from, to);
}

VersionOrder version_compare(const VersionScheme *scheme, Str a, Str b)
{
    a = trimmed(a);
    b = trimmed(b);
    if (a.len == 0 || b.len == 0)
        return VERSION_UNORDERED;
    return scheme->compare(a, b);
}
