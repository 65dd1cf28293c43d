/* SPDX-License-Identifier: Apache-2.0 */
/* Databases and signatures that are replaced, by whoever is killed at it, while others read. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "advisories/install.h"
#include "advisories/update.h"
#include "base/hash.h"
#include "help.h"

static const Str key = STR_INIT("-----BEGIN PRIVATE KEY-----\n"
                                "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                                "-----END PRIVATE KEY-----\n");
static const Str pem = STR_INIT("-----BEGIN PUBLIC KEY-----\n"
                                "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                                "-----END PUBLIC KEY-----\n");
enum { FAR = 400 }; /* days: a second database, beside the one of day 0 */

typedef struct Shelf {
    Arena arena;
    Str dir, feeds, db, sig;
} Shelf;

static void shelf_init(Shelf *shelf)
{
    Arena *arena = &shelf->arena;
    Error err = {0};
    arena_init(arena);
    shelf->dir = test_folder(arena);
    shelf->feeds = arena_join(arena, shelf->dir, STR("/feeds"));
    shelf->db = arena_join(arena, shelf->dir, STR("/advisories.db"));
    shelf->sig = arena_join(arena, shelf->db, STR(".sig"));
    Str main = arena_join(arena, shelf->feeds, STR("/alpine-secdb/v3.9"));
    REQUIRE_OK(dir_make_all(main, &err));
    REQUIRE_OK(file_write_atomic(arena_join(arena, main, STR("/main.json")),
                                 STR("{\"distroversion\":\"v3.9\",\"packages\":[{\"pkg\":{\"name\":"
                                     "\"thing\",\"secfixes\":{\"1.0-r1\":[\"CVE-2099-1001\"]}}}]}"),
                                 &err));
}

static bool shelf_build(Shelf *shelf, Date built, Str sign_key, Error *err)
{
    BuildReport report = {0};
    BuildOptions options = {.dir = shelf->feeds, .built = built, .sign_key = sign_key};
    return database_build(&options, shelf->db, &shelf->arena, &report, err);
}

/* Of the database that is signed; DATE_NONE and why: there is none. */
static Date built_of(Shelf *shelf, Error *err)
{
    Database *db;
    DatabaseInfo info;
    *err = (Error){0};
    if (!database_open_signed(shelf->db, pem, &shelf->arena, &db, err))
        return DATE_NONE;
    database_info(db, &shelf->arena, &info);
    database_close(db);
    return info.built;
}

static Str bytes_of(Shelf *shelf, Str path)
{
    Str bytes;
    Error err = {0};
    REQUIRE_OK(file_read(path, 1 << 20, &shelf->arena, &bytes, &err));
    return bytes;
}

/* How many names begin with '.' or end in ".new". */
static size_t strays(Shelf *shelf)
{
    size_t count = 0;
    DIR *dir = opendir(arena_c_str(&shelf->arena, shelf->dir));
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        Str name = str_from(entry->d_name);
        bool hidden =
            str_starts(name, STR(".")) && !str_eq(name, STR(".")) && !str_eq(name, STR(".."));
        count += hidden || str_ends(name, STR(".new"));
    }
    closedir(dir);
    return count;
}

/* A build that dies, or fails, as soon as it has to write more than fits beside a signature. */
static int shelf_build_cut(Shelf *shelf, Date built, Str sign_key, bool killed)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {DATABASE_SIGNATURES, DATABASE_SIGNATURES}, none = {0, 0};
        Error err = {0};
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGXFSZ, killed ? SIG_DFL : SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        _exit(shelf_build(shelf, built, sign_key, &err) ? 1 : 0);
    }
    waitpid(child, &status, 0);
    return status;
}

TEST(signature_of_what_is_read)
{
    Shelf shelf;
    Error err = {0};
    shelf_init(&shelf);
    CHECK_INT(built_of(&shelf, &err), DATE_NONE);
    CHECK_INT(err.code, ERR_ABSENT);
    REQUIRE_OK(shelf_build(&shelf, 0, (Str){0}, &err));
    CHECK_INT(built_of(&shelf, &err), DATE_NONE);
    CHECK_INT(err.code, ERR_ABSENT);
    REQUIRE_OK(shelf_build(&shelf, 0, key, &err));
    CHECK_INT(built_of(&shelf, &err), 0);
    REQUIRE_OK(file_write_atomic(shelf.sig, STR("short"), &err));
    CHECK_INT(built_of(&shelf, &err), DATE_NONE);
    CHECK_INT(err.code, ERR_DIGEST);
    CHECK(!shelf_build(&shelf, 0, STR("no key"), &err));
    arena_fini(&shelf.arena);
}

/* The signature comes through a pipe, so that whoever reads stands between database and signature. */
static void replace_between(Shelf *shelf, bool new_signature)
{
    Error err = {0};
    Date want = new_signature ? FAR : 0;
    REQUIRE_OK(shelf_build(shelf, FAR, key, &err));
    Str newer = bytes_of(shelf, shelf->db), newer_sig = bytes_of(shelf, shelf->sig);
    REQUIRE_OK(shelf_build(shelf, 0, key, &err));
    Str older_sig = bytes_of(shelf, shelf->sig);
    const char *sig = arena_c_str(&shelf->arena, shelf->sig);
    unlink(sig);
    CHECK(mkfifo(sig, 0600) == 0);
    pid_t reader = fork();
    if (reader == 0)
        _exit(built_of(shelf, &err) == want ? 0 : 1);
    Fd pipe CLEANUP(fd_close) = open(sig, O_WRONLY | O_CLOEXEC); /* once the reader has opened it */
    REQUIRE_OK(file_write_atomic(shelf->db, newer, &err));
    unlink(sig);
    REQUIRE_OK(file_write_atomic(shelf->sig, newer_sig, &err));
    REQUIRE_OK(fd_write_all(pipe, new_signature ? newer_sig : older_sig, &err));
    fd_close(&pipe);
    int status = 0;
    waitpid(reader, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(what_is_verified_is_read)
{
    Shelf shelf;
    shelf_init(&shelf);
    alarm(60);
    replace_between(&shelf, false);
    arena_fini(&shelf.arena);
}

TEST(a_database_replaced_meanwhile_is_read_again)
{
    Shelf shelf;
    shelf_init(&shelf);
    alarm(60);
    replace_between(&shelf, true);
    arena_fini(&shelf.arena);
}

TEST(many_interrupted_builds_keep_the_signature)
{
    Shelf shelf;
    Error err = {0};
    shelf_init(&shelf);
    REQUIRE_OK(shelf_build(&shelf, 0, key, &err));
    for (Date day = 1; day < 9; day++) {
        int status = shelf_build_cut(&shelf, day, key, true);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
        CHECK_INT(built_of(&shelf, &err), 0);
        CHECK_INT(bytes_of(&shelf, shelf.sig).len, 2 * DATABASE_SIGNATURE);
        CHECK_INT(strays(&shelf), 0);
    }
    REQUIRE_OK(shelf_build(&shelf, FAR, key, &err));
    CHECK_INT(built_of(&shelf, &err), FAR);
    CHECK_INT(bytes_of(&shelf, shelf.sig).len, DATABASE_SIGNATURE);
    arena_fini(&shelf.arena);
}

/* As full as it may be, the right one in any place. */
TEST(the_signature_that_fits_is_kept)
{
    Shelf shelf;
    Error err = {0};
    shelf_init(&shelf);
    Arena *arena = &shelf.arena;
    REQUIRE_OK(shelf_build(&shelf, 0, key, &err));
    Str good = bytes_of(&shelf, shelf.sig), other, all;
    REQUIRE_OK(signature_make(key, STR("other"), arena, &other, &err));
    for (size_t at = 0; at < 4; at++) {
        all = (Str){0};
        for (size_t i = 0; i < 4; i++)
            all = arena_join(arena, all, i == at ? good : other);
        REQUIRE_OK(file_write_atomic(shelf.sig, all, &err));
        CHECK_INT(shelf_build_cut(&shelf, FAR, key, true), SIGXFSZ);
        CHECK_INT(built_of(&shelf, &err), 0);
    }
    unlink(arena_c_str(arena, shelf.db)); /* then all are of nothing */
    REQUIRE_OK(file_write_atomic(shelf.sig, all, &err));
    CHECK_INT(shelf_build_cut(&shelf, FAR, key, true), SIGXFSZ);
    CHECK_INT(bytes_of(&shelf, shelf.sig).len, DATABASE_SIGNATURE);
    arena_fini(&shelf.arena);
}

TEST(a_failed_build_leaves_database_and_signature)
{
    Shelf shelf;
    Error err = {0};
    shelf_init(&shelf);
    REQUIRE_OK(shelf_build(&shelf, 0, (Str){0}, &err));
    CHECK_INT(shelf_build_cut(&shelf, FAR, key, false), 0);
    CHECK(access(arena_c_str(&shelf.arena, shelf.sig), F_OK) != 0);
    REQUIRE_OK(shelf_build(&shelf, 0, key, &err));
    CHECK_INT(shelf_build_cut(&shelf, FAR, key, false), 0);
    CHECK_INT(built_of(&shelf, &err), 0);
    CHECK_INT(bytes_of(&shelf, shelf.sig).len, DATABASE_SIGNATURE);
    CHECK_INT(shelf_build_cut(&shelf, FAR, (Str){0}, false), 0);
    CHECK_INT(built_of(&shelf, &err), 0);
    CHECK_INT(shelf_build_cut(&shelf, FAR, (Str){0}, true), SIGXFSZ);
    CHECK_INT(built_of(&shelf, &err), 0);
    CHECK_INT(strays(&shelf), 0);
    arena_fini(&shelf.arena);
}

TEST(an_unsigned_database_has_no_signature_of_another)
{
    Shelf shelf;
    Error err = {0};
    struct stat st;
    shelf_init(&shelf);
    REQUIRE_OK(shelf_build(&shelf, 0, key, &err));
    CHECK(chmod(arena_c_str(&shelf.arena, shelf.db), 0640) == 0);
    REQUIRE_OK(shelf_build(&shelf, FAR, (Str){0}, &err));
    CHECK(access(arena_c_str(&shelf.arena, shelf.sig), F_OK) != 0);
    CHECK_INT(built_of(&shelf, &err), DATE_NONE);
    CHECK_INT(err.code, ERR_ABSENT);
    CHECK(stat(arena_c_str(&shelf.arena, shelf.db), &st) == 0 && (st.st_mode & 07777) == 0640);
    CHECK_INT(strays(&shelf), 0);
    arena_fini(&shelf.arena);
}

TEST(one_builder_at_a_time)
{
    static const char *const names[] = {"advisories.db", "other.db"};
    Shelf shelf;
    Error err = {0};
    shelf_init(&shelf);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        Str path = arena_printf(&shelf.arena, STR_FMT "/%s", STR_ARG(shelf.dir), names[i]);
        DatabaseLock lock, second;
        for (unsigned again = 0; again < 2; again++) {
            REQUIRE_OK(database_lock(path, &shelf.arena, &lock, &err));
            CHECK(!database_lock(path, &shelf.arena, &second, &err));
            CHECK(str_contains(error_message(&err), STR("another update or build")));
            database_unlock(&second);
            database_unlock(&lock);
            err = (Error){0};
        }
    }
    CHECK_INT(strays(&shelf), 0);
    DatabaseLock none;
    REQUIRE_OK(database_lock(STR("/dev/null"), &shelf.arena, &none, &err));
    CHECK_INT(none.fd, -1);
    arena_fini(&shelf.arena);
}
