/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/sink.h"

/* dpkg keeps what is installed in one file of paragraphs (status); distroless images keep one file
 * a package (status.d), OpenWrt's opkg uses the same syntax. Which files belong to a package stands
 * in lists beside it, and its licences in the file that Debian's policy asks of every package. */
typedef struct DpkgEntry {
    Str name, version, arch, source, maintainer, status;
} DpkgEntry;

typedef struct DpkgParse {
    const CatalogFile *file;
    CatalogSink *sink;
    size_t bad, first_bad_line;
} DpkgParse;

static const struct {
    Str name;
    size_t at;
} fields[] = {
    {STR_INIT("Package"), offsetof(DpkgEntry, name)},
    {STR_INIT("Version"), offsetof(DpkgEntry, version)},
    {STR_INIT("Architecture"), offsetof(DpkgEntry, arch)},
    {STR_INIT("Source"), offsetof(DpkgEntry, source)},
    {STR_INIT("Maintainer"), offsetof(DpkgEntry, maintainer)},
    {STR_INIT("Status"), offsetof(DpkgEntry, status)},
};

/* Rule 11: who builds packages for Debian and Ubuntu without being them, by maintainer ... */
static const Str foreign_maintainers[] = {
    STR_INIT("docker.com"),     STR_INIT("nvidia.com"),      STR_INIT("hashicorp"),
    STR_INIT("@microsoft.com"), STR_INIT("mongodb"),         STR_INIT("nginx-packaging@f5.com"),
    STR_INIT("@nginx.com"),     STR_INIT("konghq"),          STR_INIT("cloudflare"),
    STR_INIT("nodesource"),     STR_INIT("@elastic.co"),     STR_INIT("@gitlab.com"),
    STR_INIT("@grafana.com"),   STR_INIT("@influxdata.com"), STR_INIT("@datadoghq.com"),
    STR_INIT("@mysql.com"),     STR_INIT("@oracle.com"),     STR_INIT("@percona.com"),
};
/* ... or by what they put into the version. */
static const Str foreign_versions[] = {
    STR_INIT(".pgdg"),
    STR_INIT("nodesource"),
    STR_INIT("deb.sury.org"),
};

static bool is_foreign(const DpkgEntry *entry)
{
    for (size_t i = 0; i < COUNT_OF(foreign_maintainers); i++)
        if (str_find_fold(entry->maintainer, foreign_maintainers[i]) != STR_NONE)
            return true;
    for (size_t i = 0; i < COUNT_OF(foreign_versions); i++)
        if (str_contains(entry->version, foreign_versions[i]))
            return true;
    return false;
}

/* Rules 2 and 71: the third word says what is there; the first is only what was asked for. Without
 * a status (status.d, .control) the package is. */
static bool is_installed(Str status)
{
    Str wanted, flag, state;
    if (!str_next_word(&status, &wanted) || !str_next_word(&status, &flag) ||
        !str_next_word(&status, &state))
        return true;
    return !str_eq(state, STR("not-installed")) && !str_eq(state, STR("config-files"));
}

/* "util-linux (2.38.1-5)": rule 1. */
static void set_source(Arena *arena, Package *package, Str source)
{
    Str name, rest, version, after;
    bool versioned = str_cut(source, '(', &name, &rest);
    package->source_name = arena_str(arena, str_trim(name));
    if (versioned && str_cut(rest, ')', &version, &after))
        package->source_version = arena_str(arena, str_trim(version));
}

static void bad_at(DpkgParse *parse, size_t line)
{
    if (parse->bad++ == 0)
        parse->first_bad_line = line;
}

static void entry_end(DpkgParse *parse, DpkgEntry *entry, size_t line)
{
    Arena *arena = parse->sink->arena;
    bool empty = entry->name.len == 0 && entry->version.len == 0;
    if (!empty && is_installed(entry->status)) {
        if (!text_is_word(entry->name) || !text_is_word(entry->version))
            bad_at(parse, line);
        if (entry->name.len && entry->version.len) {
            Package *package = sink_package(parse->sink, PACKAGE_DEB, parse->file);
            package->name = arena_str(arena, entry->name);
            package->version = arena_str(arena, entry->version);
            package->arch = arena_str(arena, entry->arch);
            package->vendor = arena_str(arena, entry->maintainer);
            package->third_party = is_foreign(entry);
            package->found_by = STR("dpkg: status");
            set_source(arena, package, entry->source);
        }
    }
    *entry = (DpkgEntry){0};
}

static Str *entry_field(DpkgEntry *entry, Str name)
{
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (str_eq_fold(fields[i].name, name))
            return (Str *)(void *)((char *)entry + fields[i].at);
    return NULL;
}

static Str last_part(Str path)
{
    return str_from_pos(path, str_rfind_char(path, '/') + 1); /* STR_NONE + 1 is 0 */
}

static void read_status(const CatalogFile *file, CatalogSink *sink)
{
    DpkgParse parse = {.file = file, .sink = sink};
    DpkgEntry entry = {0};
    Str rest = file->bytes, line, key, value;
    size_t number = 0;
    while (str_next_line(&rest, &line)) {
        number++;
        if (str_trim(line).len == 0) {
            entry_end(&parse, &entry, number);
        } else if (line.ptr[0] != ' ' && line.ptr[0] != '\t') {
            if (str_cut(line, ':', &key, &value)) {
                Str *field = entry_field(&entry, key);
                if (field && field->len) /* the line between two paragraphs was lost */
                    bad_at(&parse, number);
                if (field)
                    *field = str_trim(value);
            } else {
                bad_at(&parse, number);
            }
        }
    }
    entry_end(&parse, &entry, number);
    bool many = str_eq(last_part(file->path), STR("status")); /* what dpkg itself writes */
    if (many && text_is_torn(file->bytes))
        bad_at(&parse, number);
    if (parse.bad)
        sink_incomplete(sink, file->path,
                        "%zu places that are no package database, first in line %zu", parse.bad,
                        parse.first_bad_line);
}

/* "libc6:amd64.list" and "base-files.md5sums" name their package. */
static Str owner_of_list(Str path)
{
    Str name, suffix;
    str_rcut(last_part(path), '.', &name, &suffix);
    return name;
}

static void read_list(const CatalogFile *file, CatalogSink *sink)
{
    Str rest = file->bytes, line, owner = owner_of_list(file->path);
    while (str_next_line(&rest, &line)) {
        while (str_at(line, 0) == '/' || str_starts(line, STR("./")))
            line = str_from_pos(line, str_at(line, 0) == '/' ? 1 : 2);
        if (line.len)
            sink_own(sink, owner, line);
    }
}

/* "d41d8cd98f00b204e9800998ecf8427e  usr/share/zoneinfo/Zulu". */
static void read_md5sums(const CatalogFile *file, CatalogSink *sink)
{
    Str rest = file->bytes, line, owner = owner_of_list(file->path);
    while (str_next_line(&rest, &line)) {
        Str path = str_trim(str_from_pos(line, 32));
        if (str_starts(path, STR("./")))
            path = str_from_pos(path, 2);
        if (path.len)
            sink_own(sink, owner, path);
    }
}

/* DEP-5: "License: GPL-2+" opens or stands for a licence; other files state it in prose only. A
 * package without a version carries them to the package that the folder names. */
static void read_copyright(const CatalogFile *file, CatalogSink *sink)
{
    Str format = str_head(file->bytes, 400);
    if (str_find_fold(format, STR("copyright-format")) == STR_NONE &&
        str_find_fold(format, STR("dep5")) == STR_NONE)
        return;
    Str rest = file->bytes, line;
    StrVec licences = {0};
    while (licences.len < 100 && str_next_line(&rest, &line)) {
        if (!str_starts_fold(line, STR("License:")))
            continue;
        Str name = str_trim(str_from_pos(line, STR("License:").len));
        bool known = name.len == 0 || name.len > 200;
        for (size_t i = 0; i < licences.len && !known; i++)
            known = str_eq(licences.at[i], name);
        if (!known)
            *vec_push(sink->arena, &licences) = arena_str(sink->arena, name);
    }
    if (licences.len == 0)
        return;
    Str dir, base;
    str_rcut(file->path, '/', &dir, &base);
    Package *package = sink_package(sink, PACKAGE_DEB, file);
    package->name = arena_str(sink->arena, last_part(dir));
    package->licences = licences;
    package->found_by = STR("dpkg: copyright");
}

static bool in(Str path, Str base, Str dir)
{
    return str_starts(path, dir) && path.len == dir.len + base.len;
}

typedef void Read(const CatalogFile *file, CatalogSink *sink);

static Read *reader_of_path(Str path, Str base)
{
    if (str_eq(base, STR("status")))
        return str_eq(path, STR("var/lib/dpkg/status")) ||
                       str_eq(path, STR("usr/lib/dpkg/status")) ||
                       str_eq(path, STR("usr/lib/opkg/status")) ||
                       str_eq(path, STR("lib/opkg/status")) ||
                       str_eq(path, STR("var/lib/opkg/status"))
                   ? read_status
                   : NULL;
    if (in(path, base, STR("var/lib/dpkg/status.d/")) ||
        in(path, base, STR("usr/lib/dpkg/status.d/")))
        return str_ends(base, STR(".md5sums")) ? read_md5sums : read_status;
    if (in(path, base, STR("var/lib/dpkg/info/")))
        return str_ends(base, STR(".list")) ? read_list : NULL;
    if (in(path, base, STR("usr/lib/opkg/info/")) || in(path, base, STR("lib/opkg/info/")))
        return str_ends(base, STR(".control")) ? read_status
               : str_ends(base, STR(".list"))  ? read_list
                                               : NULL;
    if (str_eq(base, STR("copyright")) && str_starts(path, STR("usr/share/doc/"))) {
        Str package = str_sub(path, STR("usr/share/doc/").len, path.len - STR("/copyright").len);
        return package.len && str_find_char(package, '/') == STR_NONE ? read_copyright : NULL;
    }
    return NULL;
}

static bool wants_path(Str path, Str base)
{
    return reader_of_path(path, base) != NULL;
}

static void read_file(const CatalogFile *file, CatalogSink *sink)
{
    Read *read = reader_of_path(file->path, last_part(file->path));
    if (read)
        read(file, sink);
}

const Cataloger cataloger_dpkg = {
    .name = "dpkg",
    .summary = "packages of Debian, Ubuntu, distroless images and OpenWrt",
    .spec = "https://www.debian.org/doc/debian-policy/ch-controlfields.html",
    .wants_path = wants_path,
    .read = read_file,
};
