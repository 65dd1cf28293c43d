/* SPDX-License-Identifier: Apache-2.0 */
/* One file through its cataloger. Where a row has several paths, the first byte chooses: what the
 * rest means depends on it. What comes out must survive its wire form and stay within a multiple of
 * the memory that it was given. */
#include <assert.h>
#include <unistd.h>

#include "base/reader.h"
#include "fuzz.h"
#include "inventory/layer_result.h"
#include "inventory/wire.h"

enum { PATHS = 8 };

typedef struct Row {
    const char *name;
    Str paths[PATHS];
    bool zip;    /* checksums are set right */
    bool object; /* known by its first bytes */
} Row;

static const Row rows[] = {
    {"os_release",
     {STR_INIT("etc/os-release"), STR_INIT("etc/lsb-release"), STR_INIT("etc/debian_version"),
      STR_INIT("etc/alpine-release"), STR_INIT("etc/redhat-release"), STR_INIT("etc/SuSE-release"),
      STR_INIT("etc/apk/repositories")},
     false,
     false},
    {"apk", {STR_INIT("lib/apk/db/installed")}, false, false},
    {"dpkg",
     {STR_INIT("var/lib/dpkg/status"), STR_INIT("var/lib/dpkg/status.d/a"),
      STR_INIT("var/lib/dpkg/status.d/a.md5sums"), STR_INIT("var/lib/dpkg/info/a:amd64.list"),
      STR_INIT("usr/share/doc/a/copyright"), STR_INIT("usr/lib/opkg/info/a.control"),
      STR_INIT("usr/lib/opkg/info/a.list")},
     false,
     false},
    {"chisel", {STR_INIT("var/lib/chisel/manifest.wall")}, false, false},
    {"rpm_ndb", {STR_INIT("usr/lib/sysimage/rpm/Packages.db")}, false, false},
    {"rpm_bdb", {STR_INIT("var/lib/rpm/Packages")}, false, false},
    {"rpm_sqlite", {STR_INIT("var/lib/rpm/rpmdb.sqlite")}, false, false},
    {"rpm_text",
     {STR_INIT("var/lib/rpmmanifest/container-manifest-2"),
      STR_INIT("var/lib/rpm/rpmdb.sqlite-wal")},
     false,
     false},
    {"npm",
     {STR_INIT("node_modules/@a/b/package.json"), STR_INIT("node_modules/a/package.json")},
     false,
     false},
    {"python",
     {STR_INIT("s/x-1.0.dist-info/METADATA"), STR_INIT("s/x-1.5-py2.7.egg-info"),
      STR_INIT("s/x.egg-info/PKG-INFO")},
     false,
     false},
    {"egg", {STR_INIT("s/x-1.5-py2.7.egg")}, true, false},
    {"java", {STR_INIT("opt/app-1.0.ear"), STR_INIT("opt/log4j-1.2-api-2.14.1.jar")}, true, false},
    {"gem", {STR_INIT("usr/lib/ruby/specifications/x-1.0-java.gemspec")}, false, false},
    {"composer", {STR_INIT("vendor/composer/installed.json")}, false, false},
    {"elf", {STR_INIT("bin/x")}, false, true},
    {"pe", {STR_INIT("bin/x.exe")}, false, true},
    {"macho", {STR_INIT("bin/x")}, false, true},
};

static void symbols_check(Str symbols)
{
    Reader r = reader_of(symbols);
    uint64_t before = 0;
    assert(symbols.len % 4 == 0);
    for (size_t i = 0; i < symbols.len / 4; i++) {
        uint64_t value = (uint64_t)reader_u32le(&r) + 1;
        assert(value > before);
        before = value;
    }
}

static void found_check(const CatalogSink *found)
{
    for (size_t i = 0; i < found->executables.len; i++)
        symbols_check(found->executables.at[i].symbols);
    for (size_t i = 0; i < found->packages.len; i++) {
        const Package *p = &found->packages.at[i];
        assert(p->name.len);
        assert(p->executable == EXECUTABLE_NONE || p->executable < found->executables.len);
    }
}

extern const Cataloger cataloger_executable;

/* What a look at a few places says is not worth reading holds nothing. */
static void worth_check(Str path, Str bytes, const LayerResult *result)
{
    static Fd fd = -1;
    Str head = str_head(bytes, LAYER_HEAD);
    Str longer = str_head(bytes, LAYER_LONG_HEAD);
    if (!cataloger_executable.wants_head(path, head) || (fd < 0 && !fd_open_temporary(&fd, NULL)) ||
        ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0 || !fd_write_all(fd, bytes, NULL))
        return;
    bool nothing = result->found.packages.len == 0 && result->found.executables.len == 0;
    assert(nothing || cataloger_executable.worth(fd, head, bytes.len));
    assert(cataloger_executable.wants_magic(path, str_head(bytes, 4)));
    cataloger_executable.has_tail(longer, bytes.len);
    for (size_t part = 0; part < 3; part++) /* a short file's end says as much as a long one's */
        assert(nothing || str_contains(longer, STR("\4\0\0\0Go\0\0")) ||
               cataloger_executable.worth_tail(longer, bytes.len,
                                               str_from_pos(bytes, part * bytes.len / 4)));
}

static void wire_check(const LayerResult *result, Arena *arena, const Limits *limits)
{
    static Buf wire, again;
    LayerResult copy;
    buf_clear(&wire);
    buf_clear(&again);
    layer_result_encode(result, &wire);
    bool ok = layer_result_decode(buf_str(&wire), arena, limits, &copy, NULL);
    assert(ok);
    layer_result_encode(&copy, &again);
    assert(ok && str_eq(buf_str(&wire), buf_str(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Row *row = FUZZ_ROW(rows);
    Arena *arena = fuzz_arena(64 << 10);
    Limits limits = LIMITS_DEFAULT;
    LayerResult result;
    Str input = str_of(data, size);
    unsigned paths = 1;
    limits.memory = UINT64_C(64) << 20;
    limits.file_bytes = limits.document_bytes = 64 << 10;
    limits.entries = 1000;
    while (paths < PATHS && row->paths[paths].len)
        paths++;
    Str path = row->paths[paths > 1 ? fuzz_choice(&input, paths) : 0];
    if (row->zip)
        input = zip_mend(arena, input);
    layer_result_init(&result, arena, &limits);
    layer_result_read(&result, path, path, input, 0644);
    assert(arena->used < limits.memory);
    found_check(&result.found);
    if (row->object && size % 4 == 1)
        worth_check(path, input, &result);
    if (size % 4 == 0)
        wire_check(&result, arena, &limits);
    return 0;
}
