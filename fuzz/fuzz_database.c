/* SPDX-License-Identifier: Apache-2.0 */
/* A database file of any bytes: header, lengths, sections, indices and rows may all lie. The length
 * in the header is set right, so that the rest is reached. */
#include <unistd.h>
#include "advisories/database.h"
#include "base/fd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const Database *db)
{
    static const Str names[] = {STR_INIT("CVE-2099-0001"), STR_INIT("DSA-9999-1"),
                                STR_INIT("PYSEC-2099-1")};
    static const Str packages[][2] = {{STR_INIT("npm"), STR_INIT("two-flaws")},
                                      {STR_INIT("npm"), STR_INIT("one-flaw")},
                                      {STR_INIT("Go"), STR_INIT("example.org/mod")}};
    Arena arena CLEANUP(arena_fini);
    AdvisoryVec rows = {0};
    DatabaseInfo info;
    Vulnerability v;
    EolDates eol;
    arena_init(&arena);
    database_info(db, &arena, &info);
    database_eol_codename(db, STR("debian"), STR("zurg"), &eol);
    database_cwe_name(db, STR("CWE-79"));
    database_has_ecosystem(db, STR("npm"));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        database_vulnerability(db, names[i], 0, &arena, &v);
        database_advisories_of(db, names[i], &arena, &rows);
        database_find(db, packages[i][0], packages[i][1], &arena, &rows);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena CLEANUP(arena_fini);
    Fd fd CLEANUP(fd_close) = -1;
    Database *db = NULL;
    arena_init(&arena);
    if (size < 24 || size > 1 << 20)
        return 0;
    char *bytes = arena_c_str(&arena, str_of(data, size));
    for (unsigned i = 0; i < 8; i++)
        bytes[16 + i] = (char)((uint64_t)size >> (8 * i));
    if (!fd_open_temporary(&fd, NULL) || !fd_write_all(fd, str_of(bytes, size), NULL))
        return 0;
    Str path = arena_printf(&arena, "/proc/self/fd/%d", fd);
    if (database_open(path, &arena, &db, NULL)) {
        ask(db);
        database_close(db);
    }
    return 0;
}
