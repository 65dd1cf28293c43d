/* SPDX-License-Identifier: Apache-2.0 */
/* A database file of any bytes: header, lengths, sections, indices and rows may all lie. The length
 * in the header is set right, so that the rest is reached. Linked with --wrap of those who would
 * open a file. */
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "advisories/database.h"
#include "base/fd.h"
#include "fuzz.h"

static Str file;

bool __wrap_fd_open_read_at(Fd dir, Str path, Fd *out, Error *err);
bool __wrap_fd_open_read_at(Fd dir, Str path, Fd *out, Error *err)
{
    (void)dir, (void)path, (void)err;
    *out = open("/dev/null", O_RDONLY | O_CLOEXEC); /* something to ask for its inode */
    return *out >= 0;
}

bool __wrap_mapping_open(Fd fd, Str name, Mapping *out, Error *err);
bool __wrap_mapping_open(Fd fd, Str name, Mapping *out, Error *err)
{
    (void)fd, (void)name, (void)err;
    out->bytes = file;
    return true;
}

void __wrap_mapping_close(Mapping *mapping);
void __wrap_mapping_close(Mapping *mapping)
{
    mapping->bytes = (Str){0};
}

enum { VULNERABILITIES = 64 }; /* one may be large, and all rows may name it */

static void ask(const Database *db, Arena *arena)
{
    static const Str names[] = {STR_INIT("CVE-2099-0001"), STR_INIT("DSA-9999-1"),
                                STR_INIT("PYSEC-2099-1")};
    static const Str packages[][2] = {{STR_INIT("npm"), STR_INIT("two-flaws")},
                                      {STR_INIT("npm"), STR_INIT("one-flaw")},
                                      {STR_INIT("Go"), STR_INIT("example.org/mod")},
                                      {STR_INIT("Maven"), STR_INIT("*:artifact")}};
    AdvisoryVec rows = {0};
    StrVec ecosystems = {0};
    DatabaseInfo info;
    Vulnerability v;
    EolDates eol;
    database_info(db, arena, &info);
    database_ecosystems(db, arena, &ecosystems);
    database_eol(db, STR("debian"), STR("99"), &eol);
    database_eol_codename(db, STR("debian"), STR("zurg"), &eol);
    database_cwe_name(db, STR("CWE-79"));
    database_has_ecosystem(db, STR("npm"));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        database_vulnerability(db, names[i], 0, arena, &v);
        database_vulnerability(db, names[i], 1, arena, &v);
        database_advisories_of(db, names[i], arena, &rows);
    }
    PackageName asked[COUNT_OF(packages)];
    for (size_t i = 0; i < COUNT_OF(packages); i++) {
        asked[i] = (PackageName){packages[i][0], packages[i][1], false};
        database_find(db, packages[i][0], packages[i][1], arena, &rows);
    }
    database_has_packages(db, asked, COUNT_OF(asked));
    for (size_t i = 0; i < COUNT_OF(asked); i++)
        assert(asked[i].known == database_has_package(db, packages[i][0], packages[i][1]));
    for (size_t i = 0; i < rows.len && i < VULNERABILITIES; i++)
        if (database_vulnerability_of(db, &rows.at[i], arena, &v))
            assert(str_eq(v.id, rows.at[i].id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = fuzz_arena(64 << 10);
    Database *db = NULL;
    Error err = {0};
    if (size < 24 || size > 1 << 20)
        return 0;
    char *bytes = malloc(size); /* of exactly that size, so that no read beyond its end is missed */
    if (!bytes)
        return 0;
    memcpy(bytes, data, size);
    for (unsigned i = 0; i < 8; i++)
        bytes[16 + i] = (char)((uint64_t)size >> (8 * i));
    file = str_of(bytes, size);
    if (database_open(STR("x.db"), arena, &db, &err)) {
        (void)!database_verify(db, &err);
        ask(db, arena);
        database_close(db);
    }
    free(bytes);
    return 0;
}
