/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/os.h"
#include "inventory/rpm_header.h"
#include "inventory/rpm_store.h"
#include "inventory/sink.h"

/* rpm's database of installed packages: four places, three formats (rule 12), the same headers in
 * each; and the list that Mariner's distroless images have in its stead. */

/* "util-linux-2.32.1-42.el8_8.src.rpm": by the last two dashes (rule 14). The file's name has no
 * epoch; the binary's is the source's (rule 13). */
static void set_source(Arena *arena, Package *package, Str source_rpm, uint64_t epoch)
{
    static const Str endings[] = {STR_INIT(".src.rpm"), STR_INIT(".nosrc.rpm")};
    Str name_version, name, version, release;
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        if (str_ends(source_rpm, endings[i]))
            source_rpm = str_head(source_rpm, source_rpm.len - endings[i].len);
    if (!str_rcut(source_rpm, '-', &name_version, &release) ||
        !str_rcut(name_version, '-', &name, &version) || name.len == 0)
        return;
    package->source_name = arena_str(arena, name);
    package->source_version =
        epoch ? arena_printf(arena, "%llu:" STR_FMT "-" STR_FMT, (unsigned long long)epoch,
                             STR_ARG(version), STR_ARG(release))
              : arena_printf(arena, STR_FMT "-" STR_FMT, STR_ARG(version), STR_ARG(release));
}

static Str full_version(Arena *arena, Str version_release, uint64_t epoch)
{
    return epoch ? arena_printf(arena, "%llu:" STR_FMT, (unsigned long long)epoch,
                                STR_ARG(version_release))
                 : arena_str(arena, version_release);
}

static void own_old_names(const RpmHeader *h, Str owner, CatalogSink *sink)
{
    uint32_t count;
    Str path;
    Reader paths = rpm_header_strings(h, RPM_OLDFILENAMES, &count);
    for (uint32_t i = 0; i < count && rpm_take_string(&paths, &path); i++)
        sink_own(sink, owner, str_trim_char(path, '/'));
}

/* Files are basenames with an index into directory names each. */
static void own_files(const RpmHeader *h, Str owner, CatalogSink *sink)
{
    uint32_t names, indexes, count;
    Reader base = rpm_header_strings(h, RPM_BASENAMES, &names);
    Reader index = rpm_header_u32s(h, RPM_DIRINDEXES, &indexes);
    Reader dir = rpm_header_strings(h, RPM_DIRNAMES, &count);
    if (names == 0) {
        own_old_names(h, owner, sink);
        return;
    }
    Arena scratch CLEANUP(arena_fini);
    arena_init(&scratch);
    Buf path CLEANUP(buf_fini) = {0};
    StrVec dirs = {0};
    Str name;
    for (uint32_t i = 0; i < count && rpm_take_string(&dir, &name); i++)
        *vec_push(&scratch, &dirs) = str_trim_char(name, '/');
    for (uint32_t i = 0; i < names && i < indexes && rpm_take_string(&base, &name); i++) {
        uint32_t at = reader_u32be(&index);
        if (reader_ok(&index) && at < dirs.len)
            sink_own_in(sink, owner, dirs.at[at], name, &path);
    }
}

/* Rule 25: gpg-pubkey is a key that was imported, no package. */
void rpm_store_blob(RpmStore *store, Str blob, size_t offset)
{
    CatalogSink *sink = store->sink;
    Arena *arena = sink->arena;
    RpmHeader h;
    if (!rpm_header_open(blob, &h)) {
        rpm_store_bad(store, offset);
        return;
    }
    Str name = rpm_header_str(&h, RPM_NAME), version = rpm_header_str(&h, RPM_VERSION);
    Str release = rpm_header_str(&h, RPM_RELEASE), licence = rpm_header_str(&h, RPM_LICENSE);
    uint32_t epoch = 0;
    rpm_header_u32(&h, RPM_EPOCH, &epoch);
    if (name.len == 0 || version.len == 0) {
        rpm_store_bad(store, offset);
        return;
    }
    if (str_eq(name, STR("gpg-pubkey")))
        return;
    Package *package = sink_package(sink, PACKAGE_RPM, store->file);
    package->name = arena_str(arena, name);
    Str dashed = arena_printf(arena, STR_FMT "-" STR_FMT, STR_ARG(version), STR_ARG(release));
    package->version = full_version(arena, release.len ? dashed : version, epoch);
    package->arch = arena_str(arena, rpm_header_str(&h, RPM_ARCH));
    package->vendor = arena_str(arena, rpm_header_str(&h, RPM_VENDOR));
    package->modularity = arena_str(arena, rpm_header_str(&h, RPM_MODULARITYLABEL));
    package->found_by = STR("rpm: database");
    if (licence.len)
        *vec_push(arena, &package->licences) = arena_str(arena, licence);
    set_source(arena, package, rpm_header_str(&h, RPM_SOURCERPM), epoch);
    own_files(&h, name, sink);
}

void rpm_store_bad(RpmStore *store, size_t offset)
{
    if (store->bad++ == 0)
        store->first_bad = offset;
}

bool rpm_store_spend(RpmStore *store, uint64_t size, size_t offset)
{
    if (size > store->budget) {
        store->budget = 0;
        rpm_store_bad(store, offset);
        return false;
    }
    store->budget -= size;
    return true;
}

static void read_database(const CatalogFile *file, CatalogSink *sink)
{
    RpmStore store = {.bytes = file->bytes, .file = file, .sink = sink};
    store.budget = 4 * (uint64_t)file->bytes.len;
    bool known = rpm_sqlite_walk(&store) || rpm_ndb_walk(&store) || rpm_bdb_walk(&store);
    buf_fini(&store.blob);
    if (!known && file->bytes.len)
        sink_incomplete(sink, file->path, "no rpm database that is known (SQLite, ndb, BDB hash)");
    if (store.bad)
        sink_incomplete(sink, file->path,
                        "%zu places of the rpm database cannot be read, the first at offset %zu",
                        store.bad, store.first_bad);
}

/* What rpm wrote last may stand here alone. */
static void read_wal(const CatalogFile *file, CatalogSink *sink)
{
    enum { WAL_HEADER = 32 };
    if (file->bytes.len > WAL_HEADER)
        sink_note(
            sink, file->path,
            "changes in SQLite's write-ahead log that did not reach the database are not read");
}

/* Lines of name, version-release, times, vendor, "(none)", size, arch, epoch, source rpm. */
static void read_manifest(const CatalogFile *file, CatalogSink *sink)
{
    enum { NAME = 0, VERSION = 1, VENDOR = 4, ARCH = 7, EPOCH = 8, SOURCE = 9, COLUMNS = 10 };
    Arena *arena = sink->arena;
    Str rest = file->bytes, line;
    for (size_t number = 1; str_next_line(&rest, &line); number++) {
        Str columns[COLUMNS] = {0};
        size_t count = 0;
        while (count < COLUMNS && str_next(&line, '\t', &columns[count]))
            count++;
        if (count == 0)
            continue;
        if (count < COLUMNS || columns[NAME].len == 0 || columns[VERSION].len == 0) {
            sink_incomplete(sink, file->path, "line %zu is no line of a manifest", number);
            continue;
        }
        if (str_eq(columns[NAME], STR("gpg-pubkey")))
            continue;
        uint64_t epoch = 0;
        str_to_u64(columns[EPOCH], &epoch);
        Package *package = sink_package(sink, PACKAGE_RPM, file);
        package->name = arena_str(arena, columns[NAME]);
        package->version = full_version(arena, columns[VERSION], epoch);
        package->vendor = arena_str(arena, columns[VENDOR]);
        package->arch = arena_str(arena, columns[ARCH]);
        package->found_by = STR("rpm: manifest");
        set_source(arena, package, str_trim(columns[SOURCE]), epoch);
    }
}

typedef void Read(const CatalogFile *file, CatalogSink *sink);

static Read *reader_of_path(Str path, Str base)
{
    static const Str dirs[] = {STR_INIT("var/lib/rpm/"), STR_INIT("usr/lib/sysimage/rpm/"),
                               STR_INIT("usr/share/rpm/")};
    if (str_eq(path, STR("var/lib/rpmmanifest/container-manifest-2")))
        return read_manifest;
    for (size_t i = 0; i < COUNT_OF(dirs); i++) {
        if (!str_starts(path, dirs[i]) || path.len != dirs[i].len + base.len)
            continue;
        if (str_eq(base, STR("Packages")) || str_eq(base, STR("Packages.db")) ||
            str_eq(base, STR("rpmdb.sqlite")))
            return read_database;
        if (str_eq(base, STR("rpmdb.sqlite-wal")))
            return read_wal;
    }
    return NULL;
}

static bool wants_path(Str path, Str base)
{
    return reader_of_path(path, base) != NULL;
}

static void read_file(const CatalogFile *file, CatalogSink *sink)
{
    Str base = str_from_pos(file->path, str_rfind_char(file->path, '/') + 1);
    Read *read = reader_of_path(file->path, base);
    if (read)
        read(file, sink);
}

const Cataloger cataloger_rpm = {
    .name = "rpm",
    .summary = "packages of Red Hat, AlmaLinux, Rocky, Oracle, Amazon, Fedora, SUSE and Mariner",
    .spec = "https://rpm-software-management.github.io/rpm/manual/",
    .wants_path = wants_path,
    .read = read_file,
};

/* How the distributions' own vendor strings begin. */
static const struct {
    Str vendor, ids;
} vendors[] = {
    {STR_INIT("Red Hat"), STR_INIT("rhel centos fedora")},
    {STR_INIT("CentOS"), STR_INIT("centos")},
    {STR_INIT("AlmaLinux"), STR_INIT("almalinux")},
    {STR_INIT("Rocky"), STR_INIT("rocky")},
    {STR_INIT("Oracle America"), STR_INIT("ol")},
    {STR_INIT("Amazon"), STR_INIT("amzn")},
    {STR_INIT("Fedora Project"), STR_INIT("fedora")},
    {STR_INIT("Scientific Linux"), STR_INIT("scientific")},
    {STR_INIT("CloudLinux"), STR_INIT("cloudlinux almalinux")},
    {STR_INIT("VMware"), STR_INIT("photon")},
    {STR_INIT("Microsoft Corporation"), STR_INIT("mariner azurelinux")},
    {STR_INIT("SUSE"), STR_INIT("sles sled sle-micro suse opensuse opensuse-leap "
                                "opensuse-tumbleweed")},
    {STR_INIT("openSUSE"), STR_INIT("opensuse opensuse-leap opensuse-tumbleweed")},
};

bool rpm_vendor_is_foreign(Str vendor, Str os_id)
{
    if (vendor.len == 0)
        return false;
    bool known_os = false;
    for (size_t i = 0; i < COUNT_OF(vendors); i++) {
        Str rest = vendors[i].ids, id;
        bool speaks = str_starts_fold(vendor, vendors[i].vendor);
        if (speaks && os_id.len == 0)
            return false;
        while (str_next_word(&rest, &id)) {
            if (!str_eq(id, os_id))
                continue;
            known_os = true;
            if (speaks)
                return false;
        }
    }
    return known_os || os_id.len == 0;
}
