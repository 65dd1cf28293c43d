/* SPDX-License-Identifier: Apache-2.0 */
#include "model/ecosystem.h"

static const Ecosystem rows[] = {
    {STR_INIT("AlmaLinux"), PACKAGE_RPM, STR_INIT("rpm"), STR_INIT("almalinux")},
    {STR_INIT("Alpine"), PACKAGE_APK, STR_INIT("apk"), STR_INIT("alpine")},
    {STR_INIT("Bitnami"), PACKAGE_BITNAMI, STR_INIT("bitnami"), STR_INIT("")},
    {STR_INIT("Chainguard"), PACKAGE_APK, STR_INIT("apk"), STR_INIT("chainguard")},
    {STR_INIT("Debian"), PACKAGE_DEB, STR_INIT("dpkg"), STR_INIT("debian")},
    {STR_INIT("Go"), PACKAGE_GOLANG, STR_INIT("go"), STR_INIT("")},
    {STR_INIT("Maven"), PACKAGE_MAVEN, STR_INIT("maven"), STR_INIT("")},
    {STR_INIT("NuGet"), PACKAGE_NUGET, STR_INIT("nuget"), STR_INIT("")},
    {STR_INIT("Packagist"), PACKAGE_COMPOSER, STR_INIT("composer"), STR_INIT("")},
    {STR_INIT("PyPI"), PACKAGE_PYPI, STR_INIT("pep440"), STR_INIT("")},
    {STR_INIT("Red Hat"), PACKAGE_RPM, STR_INIT("rpm"), STR_INIT("rhel")},
    {STR_INIT("Rocky Linux"), PACKAGE_RPM, STR_INIT("rpm"), STR_INIT("rocky")},
    {STR_INIT("RubyGems"), PACKAGE_GEM, STR_INIT("rubygems"), STR_INIT("")},
    {STR_INIT("SUSE"), PACKAGE_RPM, STR_INIT("rpm"), STR_INIT("sles")},
    {STR_INIT("Ubuntu"), PACKAGE_DEB, STR_INIT("dpkg"), STR_INIT("ubuntu")},
    {STR_INIT("Wolfi"), PACKAGE_APK, STR_INIT("apk"), STR_INIT("wolfi")},
    {STR_INIT("crates.io"), PACKAGE_CARGO, STR_INIT("semver"), STR_INIT("")},
    {STR_INIT("npm"), PACKAGE_NPM, STR_INIT("semver"), STR_INIT("")},
    {STR_INIT("openSUSE"), PACKAGE_RPM, STR_INIT("rpm"), STR_INIT("opensuse-leap")},
};

const Ecosystem *ecosystems(size_t *count)
{
    *count = COUNT_OF(rows);
    return rows;
}

const Ecosystem *ecosystem_find(Str name)
{
    Str head, release;
    str_cut(name, ':', &head, &release);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(rows[i].name, head))
            return &rows[i];
    return NULL;
}

const Ecosystem *ecosystem_of_type(PackageType type)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].type == type && rows[i].distro.len == 0)
            return &rows[i];
    return NULL;
}

const Ecosystem *ecosystem_of_distro(Str os_release_id)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].distro.len && str_eq(rows[i].distro, os_release_id))
            return &rows[i];
    return NULL;
}

static Str major_of(Str version)
{
    Str major, rest;
    str_cut(version, '.', &major, &rest);
    return major;
}

/* "3.20.3" and "3.20" are v3.20; edge has snapshots such as "3.21_alpha20240807" (rule 31). */
static Str alpine_release(Arena *arena, Str version)
{
    Str major, rest, minor, patch;
    if (str_eq(version, STR("edge")) || str_contains(version, STR("_alpha")))
        return STR("edge");
    if (!str_cut(version, '.', &major, &rest))
        return (Str){0};
    str_cut(rest, '.', &minor, &patch);
    return arena_printf(arena, "v" STR_FMT "." STR_FMT, STR_ARG(major), STR_ARG(minor));
}

static Str release_of(Arena *arena, const Ecosystem *eco, const OsRelease *os)
{
    switch (eco->type) {
    case PACKAGE_APK:
        return str_eq(eco->name, STR("Alpine")) ? alpine_release(arena, os->version) : (Str){0};
    case PACKAGE_DEB:
        return str_eq(eco->name, STR("Ubuntu")) ? os->version : major_of(os->version);
    case PACKAGE_RPM:
        return str_starts(os->id, STR("opensuse")) || str_eq(os->id, STR("sles"))
                   ? os->version
                   : major_of(os->version);
    default:
        return (Str){0};
    }
}

Str ecosystem_of_os(Arena *arena, const OsRelease *os)
{
    const Ecosystem *eco = ecosystem_of_distro(os->id);
    if (!eco)
        return (Str){0};
    Str release = release_of(arena, eco, os);
    if (release.len)
        return arena_printf(arena, STR_FMT ":" STR_FMT, STR_ARG(eco->name), STR_ARG(release));
    bool rolling = str_eq(eco->name, STR("Wolfi")) || str_eq(eco->name, STR("Chainguard"));
    return rolling ? eco->name : (Str){0};
}

/* PEP 503: runs of - _ . are one -, letters in lower case. */
static Str pypi_key(Arena *arena, Str name)
{
    Str lower = arena_lower(arena, name);
    char *out = arena_alloc(arena, lower.len + 1);
    size_t fill = 0;
    for (size_t i = 0; i < lower.len; i++) {
        char c = lower.ptr[i];
        bool separator = c == '-' || c == '_' || c == '.';
        if (!separator)
            out[fill++] = c;
        else if (fill == 0 || out[fill - 1] != '-')
            out[fill++] = '-';
    }
    return (Str){out, fill};
}

Str ecosystem_package_key(Arena *arena, const Ecosystem *eco, Str name)
{
    switch (eco->type) {
    case PACKAGE_PYPI:
        return pypi_key(arena, name);
    case PACKAGE_NUGET:
    case PACKAGE_COMPOSER:
        return arena_lower(arena, name);
    default:
        return name;
    }
}
