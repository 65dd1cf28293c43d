/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"
#include "inventory/cataloger.h"
#include "inventory/os.h"

/* Which distribution this is. Derived distributions carry their parents' files (Ubuntu has
 * debian_version, Oracle Linux redhat-release), so every file gives a candidate with a rank by how
 * specific its answer is, not by its name; os_choose lets the best win and fills its gaps from the
 * others that name the same distribution. */
enum Rank {
    RANK_REPOSITORIES = 1, /* a release without a distribution */
    RANK_ANONYMOUS = 5,    /* os-release without an ID */
    RANK_DEBIAN_VERSION = 30,
    RANK_PARENT_FILE = 40,
    RANK_PARENT = 50, /* os-release that names a family others are derived from */
    RANK_FILE = 60,
    RANK_USR = 79, /* usr/lib/os-release yields to etc/os-release */
    RANK_ETC = 80,
};

static bool is_parent(Str id)
{
    return str_eq(id, STR("rhel")) || str_eq(id, STR("debian")) || str_eq(id, STR("fedora"));
}

/* A value as a shell would take it: quotes off, escapes resolved. */
static Str unquote(Arena *arena, Str value)
{
    value = str_trim(value);
    char quote = str_at(value, 0);
    if (value.len < 2 || (quote != '"' && quote != '\'') || str_at(value, value.len - 1) != quote)
        return arena_str(arena, value);
    value = str_sub(value, 1, value.len - 1);
    char *out = arena_alloc(arena, value.len + 1);
    size_t fill = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '\\' && quote == '"' && i + 1 < value.len)
            i++;
        out[fill++] = value.ptr[i];
    }
    return (Str){out, fill};
}

/* Debian's and Ubuntu's testing releases have no VERSION_ID, and some images have the name alone.
 */
static const struct {
    Str id, codename, version;
} codenames[] = {
    {STR_INIT("debian"), STR_INIT("jessie"), STR_INIT("8")},
    {STR_INIT("debian"), STR_INIT("stretch"), STR_INIT("9")},
    {STR_INIT("debian"), STR_INIT("buster"), STR_INIT("10")},
    {STR_INIT("debian"), STR_INIT("bullseye"), STR_INIT("11")},
    {STR_INIT("debian"), STR_INIT("bookworm"), STR_INIT("12")},
    {STR_INIT("debian"), STR_INIT("trixie"), STR_INIT("13")},
    {STR_INIT("debian"), STR_INIT("forky"), STR_INIT("14")},
    {STR_INIT("debian"), STR_INIT("duke"), STR_INIT("15")},
    {STR_INIT("ubuntu"), STR_INIT("trusty"), STR_INIT("14.04")},
    {STR_INIT("ubuntu"), STR_INIT("xenial"), STR_INIT("16.04")},
    {STR_INIT("ubuntu"), STR_INIT("bionic"), STR_INIT("18.04")},
    {STR_INIT("ubuntu"), STR_INIT("focal"), STR_INIT("20.04")},
    {STR_INIT("ubuntu"), STR_INIT("jammy"), STR_INIT("22.04")},
    {STR_INIT("ubuntu"), STR_INIT("noble"), STR_INIT("24.04")},
    {STR_INIT("ubuntu"), STR_INIT("oracular"), STR_INIT("24.10")},
    {STR_INIT("ubuntu"), STR_INIT("plucky"), STR_INIT("25.04")},
    {STR_INIT("ubuntu"), STR_INIT("questing"), STR_INIT("25.10")},
};

static Str version_of_codename(Str id, Str codename)
{
    for (size_t i = 0; i < COUNT_OF(codenames); i++)
        if (str_eq(codenames[i].id, id) && str_eq(codenames[i].codename, codename))
            return codenames[i].version;
    return (Str){0};
}

static Str codename_of_version(Str id, Str version)
{
    for (size_t i = 0; i < COUNT_OF(codenames); i++)
        if (str_eq(codenames[i].id, id) && str_eq(codenames[i].version, version))
            return codenames[i].codename;
    return (Str){0};
}

/* "12 (bookworm)" and "8.4 (Ootpa)": what stands in the brackets. */
static Str bracketed(Str s)
{
    Str before, rest, inside, after;
    if (!str_cut(s, '(', &before, &rest) || !str_cut(rest, ')', &inside, &after))
        return (Str){0};
    return str_trim(inside);
}

static void offer(CatalogSink *sink, uint32_t rank, OsRelease os)
{
    if (rank <= sink->os_rank)
        return;
    sink->os_rank = rank;
    sink->os = os;
}

static void read_os_release(const CatalogFile *file, CatalogSink *sink)
{
    OsRelease os = {.support_end = DATE_NONE};
    Str rest = file->bytes, line, key, value, long_version = {0};
    while (str_next_line(&rest, &line)) {
        if (!str_cut(str_trim(line), '=', &key, &value) || str_at(key, 0) == '#')
            continue;
        if (str_eq(key, STR("ID")))
            os.id = arena_lower(sink->arena, unquote(sink->arena, value));
        else if (str_eq(key, STR("VERSION_ID")))
            os.version = unquote(sink->arena, value);
        else if (str_eq(key, STR("VERSION_CODENAME")) ||
                 (str_eq(key, STR("UBUNTU_CODENAME")) && os.codename.len == 0))
            os.codename = unquote(sink->arena, value);
        else if (str_eq(key, STR("PRETTY_NAME")))
            os.name = unquote(sink->arena, value);
        else if (str_eq(key, STR("VERSION")))
            long_version = unquote(sink->arena, value);
        else if (str_eq(key, STR("ID_LIKE")))
            os.id_like = unquote(sink->arena, value);
        else if (str_eq(key, STR("SUPPORT_END")))
            os.support_end = date_parse(unquote(sink->arena, value));
    }
    bool debian = str_eq(os.id, STR("debian")) || str_eq(os.id, STR("ubuntu"));
    if (debian && os.codename.len == 0)
        os.codename = bracketed(long_version);
    if (os.version.len == 0)
        os.version = version_of_codename(os.id, os.codename);
    if (os.codename.len == 0)
        os.codename = codename_of_version(os.id, os.version);
    bool etc = str_starts(file->path, STR("etc/"));
    uint32_t rank = etc ? RANK_ETC : RANK_USR;
    if (is_parent(os.id))
        rank = (uint32_t)RANK_PARENT + etc;
    offer(sink, os.id.len ? rank : RANK_ANONYMOUS, os);
}

static void read_lsb_release(const CatalogFile *file, CatalogSink *sink)
{
    OsRelease os = {.support_end = DATE_NONE};
    Str rest = file->bytes, line, key, value;
    while (str_next_line(&rest, &line)) {
        if (!str_cut(str_trim(line), '=', &key, &value))
            continue;
        if (str_eq(key, STR("DISTRIB_ID")))
            os.id = arena_lower(sink->arena, unquote(sink->arena, value));
        else if (str_eq(key, STR("DISTRIB_RELEASE")))
            os.version = unquote(sink->arena, value);
        else if (str_eq(key, STR("DISTRIB_CODENAME")))
            os.codename = unquote(sink->arena, value);
        else if (str_eq(key, STR("DISTRIB_DESCRIPTION")))
            os.name = unquote(sink->arena, value);
    }
    if (os.id.len == 0)
        return;
    if (os.version.len == 0)
        os.version = version_of_codename(os.id, os.codename);
    offer(sink, is_parent(os.id) ? RANK_PARENT_FILE : RANK_FILE, os);
}

/* "12.7", or "trixie/sid" where the release has no number yet. */
static void read_debian_version(const CatalogFile *file, CatalogSink *sink)
{
    Str text = file->bytes, line = {0}, major, rest;
    str_next_line(&text, &line);
    line = str_trim(line);
    if (line.len == 0 || line.len > 64)
        return;
    OsRelease os = {.id = STR("debian"), .support_end = DATE_NONE};
    if (char_is_digit(line.ptr[0])) {
        str_cut(line, '.', &major, &rest);
        os.version = arena_str(sink->arena, major);
        os.codename = codename_of_version(os.id, os.version);
    } else {
        str_cut(line, '/', &major, &rest);
        os.codename = arena_str(sink->arena, major);
        os.version = version_of_codename(os.id, os.codename);
    }
    os.name = arena_printf(sink->arena, "Debian GNU/Linux " STR_FMT, STR_ARG(line));
    offer(sink, RANK_DEBIAN_VERSION, os);
}

static void read_alpine_release(const CatalogFile *file, CatalogSink *sink)
{
    Str text = file->bytes, line = {0};
    str_next_line(&text, &line);
    line = str_trim(line);
    if (line.len == 0 || line.len > 64 || !char_is_digit(line.ptr[0]))
        return;
    offer(sink, RANK_FILE,
          (OsRelease){.id = STR("alpine"),
                      .version = arena_str(sink->arena, line),
                      .name = arena_printf(sink->arena, "Alpine Linux " STR_FMT, STR_ARG(line)),
                      .support_end = DATE_NONE});
}

/* How the *-release files of the rpm family begin. */
static const struct {
    Str starts, id;
} families[] = {
    {STR_INIT("Red Hat Enterprise Linux"), STR_INIT("rhel")},
    {STR_INIT("CentOS"), STR_INIT("centos")},
    {STR_INIT("AlmaLinux"), STR_INIT("almalinux")},
    {STR_INIT("Rocky Linux"), STR_INIT("rocky")},
    {STR_INIT("Oracle Linux"), STR_INIT("ol")},
    {STR_INIT("Enterprise Linux Enterprise Linux Server"), STR_INIT("ol")},
    {STR_INIT("Amazon Linux"), STR_INIT("amzn")},
    {STR_INIT("Fedora"), STR_INIT("fedora")},
    {STR_INIT("Scientific Linux"), STR_INIT("scientific")},
    {STR_INIT("VMware Photon"), STR_INIT("photon")},
    {STR_INIT("CBL-Mariner"), STR_INIT("mariner")},
    {STR_INIT("Microsoft Azure Linux"), STR_INIT("azurelinux")},
    {STR_INIT("SUSE Linux Enterprise"), STR_INIT("sles")},
    {STR_INIT("openSUSE"), STR_INIT("opensuse")},
};

static Str first_number(Str line)
{
    Str rest = line, word;
    while (str_next_word(&rest, &word))
        if (char_is_digit(word.ptr[0]))
            return word;
    return (Str){0};
}

/* "CentOS Linux release 7.9.2009 (Core)"; SUSE's has VERSION and PATCHLEVEL lines below. */
static void read_release_line(const CatalogFile *file, CatalogSink *sink)
{
    Str text = file->bytes, line = {0}, key, value;
    str_next_line(&text, &line);
    line = str_head(str_trim(line), 200);
    size_t i = 0;
    while (i < COUNT_OF(families) && !str_starts(line, families[i].starts))
        i++;
    if (i == COUNT_OF(families))
        return;
    OsRelease os = {.id = families[i].id, .support_end = DATE_NONE};
    os.version = arena_str(sink->arena, first_number(line));
    os.name = arena_str(sink->arena, line);
    os.codename = arena_str(sink->arena, bracketed(line));
    bool suse = str_eq(os.id, STR("sles")) || str_eq(os.id, STR("opensuse"));
    while (suse && str_next_line(&text, &line)) {
        if (!str_cut(line, '=', &key, &value))
            continue;
        if (str_eq(str_trim(key), STR("PATCHLEVEL")) && !str_eq(str_trim(value), STR("0")))
            os.version = arena_printf(sink->arena, STR_FMT "." STR_FMT, STR_ARG(os.version),
                                      STR_ARG(str_trim(value)));
    }
    if (suse)
        os.codename = (Str){0}; /* the brackets hold the architecture */
    offer(sink, is_parent(os.id) ? RANK_PARENT_FILE : RANK_FILE, os);
}

static bool is_release_segment(Str segment)
{
    if (str_eq(segment, STR("edge")))
        return true;
    Str major, minor;
    uint64_t number;
    return str_at(segment, 0) == 'v' && str_cut(str_from_pos(segment, 1), '.', &major, &minor) &&
           str_to_u64(major, &number) && str_to_u64(minor, &number);
}

/* Rule 31: ".../v3.20/main" says what the packages are from; "@tag" lines are only pinned ones. The
 * release of `main` stands for all. */
static void read_repositories(const CatalogFile *file, CatalogSink *sink)
{
    Str rest = file->bytes, line, head, base, section, release;
    while (str_next_line(&rest, &line)) {
        line = str_trim_char(str_trim(line), '/');
        if (str_at(line, 0) == '#' || str_at(line, 0) == '@' ||
            !str_rcut(line, '/', &head, &section) || !str_rcut(head, '/', &base, &release))
            continue;
        if (!str_eq(section, STR("main")) || !is_release_segment(release))
            continue;
        Str version = str_at(release, 0) == 'v' ? str_from_pos(release, 1) : release;
        offer(sink, RANK_REPOSITORIES,
              (OsRelease){.version = arena_str(sink->arena, version), .support_end = DATE_NONE});
    }
}

static const struct {
    Str path;
    void (*read)(const CatalogFile *file, CatalogSink *sink);
} files[] = {
    {STR_INIT("etc/os-release"), read_os_release},
    {STR_INIT("usr/lib/os-release"), read_os_release},
    {STR_INIT("etc/lsb-release"), read_lsb_release},
    {STR_INIT("etc/debian_version"), read_debian_version},
    {STR_INIT("etc/alpine-release"), read_alpine_release},
    {STR_INIT("etc/redhat-release"), read_release_line},
    {STR_INIT("etc/almalinux-release"), read_release_line},
    {STR_INIT("etc/centos-release"), read_release_line},
    {STR_INIT("etc/fedora-release"), read_release_line},
    {STR_INIT("etc/mariner-release"), read_release_line},
    {STR_INIT("etc/oracle-release"), read_release_line},
    {STR_INIT("etc/photon-release"), read_release_line},
    {STR_INIT("etc/rocky-release"), read_release_line},
    {STR_INIT("etc/system-release"), read_release_line},
    {STR_INIT("etc/SuSE-release"), read_release_line},
    {STR_INIT("etc/apk/repositories"), read_repositories},
};

static bool wants_path(Str path, Str base)
{
    (void)base;
    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (str_eq(files[i].path, path))
            return true;
    return false;
}

static void read_file(const CatalogFile *file, CatalogSink *sink)
{
    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (str_eq(files[i].path, file->path))
            files[i].read(file, sink);
}

const Cataloger cataloger_os_release = {
    .name = "os-release",
    .summary = "which distribution and release this is",
    .spec = "https://www.freedesktop.org/software/systemd/man/os-release.html",
    .wants_path = wants_path,
    .read = read_file,
};

static void fill(Str *into, Str from)
{
    if (into->len == 0)
        *into = from;
}

/* Debian's point release is worth telling, and nothing else: its advisories are for all of 12. */
static void name_point_release(Arena *arena, OsRelease *os, Str debian_version_name)
{
    Str rest = str_from_pos(debian_version_name, STR("Debian GNU/Linux ").len);
    size_t at = str_find(os->name, os->version);
    if (os->version.len == 0 || at == STR_NONE || !str_starts(rest, os->version) ||
        str_at(rest, os->version.len) != '.')
        return;
    os->name = arena_printf(arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_head(os->name, at)),
                            STR_ARG(rest), STR_ARG(str_from_pos(os->name, at + os->version.len)));
}

static void take_repositories(OsRelease *os, Str release)
{
    if (!str_eq(os->id, STR("alpine")))
        return;
    bool same = str_starts(os->version, release) &&
                (os->version.len == release.len || str_at(os->version, release.len) == '.');
    if (!same)
        os->version = release;
}

OsRelease os_choose(Arena *arena, const OsCandidateVec *candidates)
{
    OsRelease os = {.support_end = DATE_NONE};
    uint32_t best = 0;
    for (size_t i = 0; i < candidates->len; i++)
        if (candidates->at[i].rank > best && candidates->at[i].rank != RANK_REPOSITORIES) {
            best = candidates->at[i].rank;
            os = candidates->at[i].os;
        }
    for (size_t i = 0; i < candidates->len; i++) {
        const OsRelease *other = &candidates->at[i].os;
        if (candidates->at[i].rank == RANK_REPOSITORIES || !str_eq(other->id, os.id))
            continue;
        fill(&os.version, other->version);
        fill(&os.codename, other->codename);
        fill(&os.name, other->name);
        fill(&os.id_like, other->id_like);
        if (os.support_end == DATE_NONE)
            os.support_end = other->support_end;
        if (candidates->at[i].rank == RANK_DEBIAN_VERSION)
            name_point_release(arena, &os, other->name);
    }
    for (size_t i = 0; i < candidates->len; i++)
        if (candidates->at[i].rank == RANK_REPOSITORIES)
            take_repositories(&os, candidates->at[i].os.version);
    return os;
}
