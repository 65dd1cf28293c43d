/* SPDX-License-Identifier: Apache-2.0 */
/* Updates from a server of the test's own, which counts what it is asked for. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "advisories/update.h"
#include "base/fd.h"
#include "help.h"

typedef struct Server {
    pid_t pid;
    Str address;
} Server;

/* One request a connection; a file's ETag is its size. */
static void answer(Fd client, Str root)
{
    Arena arena CLEANUP(arena_fini);
    char request[4096];
    arena_init(&arena);
    ssize_t got = read(client, request, sizeof request);
    Str text = str_of(request, got > 0 ? (size_t)got : 0), line, word, target = {0}, body = {0};
    Str rest = text;
    str_next_line(&rest, &line);
    str_next_word(&line, &word);
    str_next_word(&line, &target);
    Str path = arena_printf(&arena, STR_FMT STR_FMT, STR_ARG(root), STR_ARG(target));
    bool there = file_read(path, 1 << 26, &arena, &body, NULL);
    Str tag = arena_printf(&arena, "\"%zu\"", body.len);
    bool same =
        there && str_contains(text, arena_printf(&arena, "If-None-Match: " STR_FMT, STR_ARG(tag)));
    const char *status = !there ? "404 Not Found" : same ? "304 Not Modified" : "200 OK";
    if (!there || same)
        body = (Str){0};
    Str head = arena_printf(&arena,
                            "HTTP/1.1 %s\r\nETag: " STR_FMT
                            "\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
                            status, STR_ARG(tag), body.len);
    Error err = {0};
    if (fd_write_all(client, head, &err) && fd_write_all(client, body, &err))
        shutdown(client, SHUT_WR);
}

static Server serve(Arena *arena, Str root)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof here;
    Fd listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&here, sizeof here) != 0 ||
        listen(listener, 64) != 0 || getsockname(listener, (struct sockaddr *)&here, &len) != 0)
        test_skip("no socket on the loopback interface");
    Server server = {.address = arena_printf(arena, "http://127.0.0.1:%u", ntohs(here.sin_port))};
    server.pid = fork();
    if (server.pid == 0) {
        signal(SIGPIPE, SIG_IGN);
        for (;;) {
            Fd client = accept(listener, NULL, NULL);
            answer(client, root);
            close(client);
        }
    }
    close(listener);
    return server;
}

static void server_end(Server *server)
{
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
}

static void put(Arena *arena, Str root, const char *path, Str text)
{
    Error err = {0};
    Str whole = arena_printf(arena, STR_FMT "/%s", STR_ARG(root), path), folder, leaf;
    str_rcut(whole, '/', &folder, &leaf);
    REQUIRE_OK(dir_make_all(folder, &err));
    REQUIRE_OK(file_write_atomic(whole, text, &err));
}

static Str first_secdb = STR_INIT("{\"distroversion\":\"v3.9\",\"packages\":[{\"pkg\":{\"name\":"
                                  "\"thing\",\"secfixes\":{\"1.0-r1\":[\"CVE-2099-1001\"]}}}]}");
static Str second_secdb =
    STR_INIT("{\"distroversion\":\"v3.9\",\"packages\":[{\"pkg\":{\"name\":\"thing\",\"secfixes\":{"
             "\"1.0-r1\":[\"CVE-2099-1001\",\"CVE-2099-1002\"]}}}]}");

typedef struct Site {
    Arena arena;
    Str root, dir, db;
    Server server;
    UpdateOptions options;
} Site;

static void site_init(Site *site)
{
    *site = (Site){0};
    arena_init(&site->arena);
    site->root = arena_printf(&site->arena, STR_FMT "/www", STR_ARG(test_folder(&site->arena)));
    site->dir = arena_printf(&site->arena, STR_FMT "/../db", STR_ARG(site->root));
    put(&site->arena, site->root, "alpine-secdb/v3.9/main.json", first_secdb);
    site->dir = arena_printf(&site->arena, STR_FMT "-db", STR_ARG(site->root));
    site->db = arena_printf(&site->arena, STR_FMT "/advisories.db", STR_ARG(site->dir));
    site->server = serve(&site->arena, site->root);
    site->options = (UpdateOptions){.dir = site->dir, .mirror = site->server.address};
    *vec_push(&site->arena, &site->options.ecosystems) = STR("npm");
}

static void site_fini(Site *site)
{
    server_end(&site->server);
    arena_fini(&site->arena);
}

static size_t things(Site *site)
{
    Error err = {0};
    Database *db = NULL;
    REQUIRE_OK(database_open(site->db, &site->arena, &db, &err));
    CHECK(database_verify(db, &err));
    size_t count = help_count(db, &site->arena, STR("Alpine:v3.9"), STR("thing"));
    database_close(db);
    return count;
}

TEST(update_fetches_what_changed)
{
    Site site;
    Error err = {0};
    site_init(&site);
    UpdateReport report = {0};
    REQUIRE_OK(database_update(&site.options, &site.arena, &report, &err));
    CHECK(report.built && report.fetched == 1 && report.failed == 0);
    CHECK_INT(things(&site), 1);
    report = (UpdateReport){0};
    REQUIRE_OK(database_update(&site.options, &site.arena, &report, &err));
    CHECK(!report.built && report.fetched == 0 && report.failed == 0);
    put(&site.arena, site.root, "alpine-secdb/v3.9/main.json", second_secdb);
    report = (UpdateReport){0};
    REQUIRE_OK(database_update(&site.options, &site.arena, &report, &err));
    CHECK(report.built && report.fetched == 1);
    CHECK_INT(things(&site), 2);
    site_fini(&site);
}

TEST(readers_keep_the_database_they_opened)
{
    Site site;
    Error err = {0};
    Database *old = NULL;
    UpdateReport report = {0};
    site_init(&site);
    REQUIRE_OK(database_update(&site.options, &site.arena, &report, &err));
    REQUIRE_OK(database_open(site.db, &site.arena, &old, &err));
    put(&site.arena, site.root, "alpine-secdb/v3.9/main.json", second_secdb);
    REQUIRE_OK(database_update(&site.options, &site.arena, &report, &err));
    CHECK_INT(help_count(old, &site.arena, STR("Alpine:v3.9"), STR("thing")), 1);
    CHECK_INT(things(&site), 2);
    database_close(old);
    site_fini(&site);
}

TEST(a_silent_source_keeps_its_old_data_and_is_named)
{
    Site site;
    Error err = {0};
    UpdateReport report = {0};
    site_init(&site);
    REQUIRE_OK(database_update(&site.options, &site.arena, &report, &err));
    server_end(&site.server);
    report = (UpdateReport){0};
    site.options.rebuild = true;
    REQUIRE_OK(database_update(&site.options, &site.arena, &report, &err));
    CHECK(report.failed > 0 && report.built);
    CHECK(report.files.at[0].state == UPDATE_FAILED && report.files.at[0].why.len > 0);
    CHECK_STR(report.files.at[1].why, STR("its address gave no answer before"));
    CHECK_INT(things(&site), 1);
    arena_fini(&site.arena);
}

static Str osv_text(Arena *arena, const char *id, const char *fixed, const char *modified)
{
    return arena_printf(
        arena,
        "{\"id\":\"%s\",\"modified\":\"%s\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\","
        "\"name\":\"thing\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},"
        "{\"fixed\":\"%s\"}]}]}]}",
        id, modified, fixed);
}

/* A zip of nothing: a valid end record. The records then come one by one. */
TEST(osv_increments)
{
    static const char empty_zip[22] = {'P', 'K', 5, 6};
    Site site;
    Error err = {0};
    UpdateReport report = {0};
    site_init(&site);
    Arena *arena = &site.arena;
    put(arena, site.root, "osv/npm/all.zip", str_of(empty_zip, sizeof empty_zip));
    put(arena, site.root, "osv/npm/modified_id.csv", STR("2099-01-01T00:00:00Z,GHSA-x-1\n"));
    REQUIRE_OK(database_update(&site.options, arena, &report, &err));
    put(arena, site.root, "osv/npm/GHSA-x-2.json",
        osv_text(arena, "GHSA-x-2", "1.5.0", "2099-01-02T00:00:00Z"));
    put(arena, site.root, "osv/npm/modified_id.csv",
        STR("2099-01-02T00:00:00Z,GHSA-x-2\n2099-01-01T00:00:00Z,GHSA-x-1\n"));
    report = (UpdateReport){0};
    REQUIRE_OK(database_update(&site.options, arena, &report, &err));
    CHECK_INT(report.fetched, 2); /* the list and one record, not the zip */
    Database *db = NULL;
    REQUIRE_OK(database_open(site.db, arena, &db, &err));
    Advisory a = help_find(db, arena, STR("npm"), STR("thing"), STR("GHSA-x-2"));
    CHECK_STR(a.ranges.at[0].fixed, STR("1.5.0"));
    database_close(db);
    report = (UpdateReport){0};
    REQUIRE_OK(database_update(&site.options, arena, &report, &err));
    CHECK_INT(report.fetched, 0);
    put(arena, site.root, "osv/npm/modified_id.csv",
        STR("2099-01-03T00:00:00Z,../../evil\n2099-01-02T00:00:00Z,GHSA-x-2\n"));
    put(arena, site.root, "evil.json", STR("{}"));
    report = (UpdateReport){0};
    REQUIRE_OK(database_update(&site.options, arena, &report, &err));
    for (size_t i = 0; i < report.files.len; i++)
        CHECK(!str_contains(report.files.at[i].path, STR("evil")));
    site_fini(&site);
}

TEST(two_updates_do_not_run_at_once)
{
    Site site;
    Error err = {0};
    UpdateReport report = {0};
    site_init(&site);
    put(&site.arena, site.dir, "update.lock", STR(""));
    Fd lock CLEANUP(fd_close) = -1;
    Str path = arena_printf(&site.arena, STR_FMT "/update.lock", STR_ARG(site.dir));
    REQUIRE_OK(fd_open_read_at(AT_FDCWD, path, &lock, &err));
    CHECK(flock(lock, LOCK_EX | LOCK_NB) == 0);
    CHECK(!database_update(&site.options, &site.arena, &report, &err));
    CHECK(str_contains(error_message(&err), STR("another update")));
    site_fini(&site);
}

/* A disk that is full after n bytes, for many n: the old database stays whole. */
TEST(full_disk_leaves_the_old_database)
{
    Site site;
    Error err = {0};
    UpdateReport report = {0};
    site_init(&site);
    REQUIRE_OK(database_update(&site.options, &site.arena, &report, &err));
    put(&site.arena, site.root, "alpine-secdb/v3.9/main.json", second_secdb);
    for (unsigned n = 0; n < 400; n += 40) {
        pid_t child = fork();
        if (child == 0) {
            struct rlimit limit = {n, n};
            signal(SIGXFSZ, SIG_IGN);
            setrlimit(RLIMIT_FSIZE, &limit);
            UpdateReport mine = {0};
            Error why = {0};
            bool ok = database_update(&site.options, &site.arena, &mine, &why);
            _exit(ok ? 1 : why.message[0] ? 0 : 2);
        }
        int status = 0;
        waitpid(child, &status, 0);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        CHECK_INT(things(&site), 1);
    }
    REQUIRE_OK(database_update(&site.options, &site.arena, &report, &err));
    CHECK_INT(things(&site), 2);
    site_fini(&site);
}

/* Killed at any moment: one of the two databases, never a part of one; the next update works. */
TEST(killed_at_any_moment)
{
    Site site;
    Error err = {0};
    UpdateReport report = {0};
    site_init(&site);
    REQUIRE_OK(database_update(&site.options, &site.arena, &report, &err));
    for (unsigned i = 0; i < 60; i++) {
        put(&site.arena, site.root, "alpine-secdb/v3.9/main.json",
            i % 2 ? first_secdb : second_secdb);
        pid_t child = fork();
        if (child == 0) {
            UpdateReport mine = {0};
            Error why = {0};
            _exit(database_update(&site.options, &site.arena, &mine, &why) ? 0 : 1);
        }
        usleep(i * 700);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        size_t count = things(&site);
        CHECK(count == 1 || count == 2);
    }
    put(&site.arena, site.root, "alpine-secdb/v3.9/main.json", second_secdb);
    site.options.rebuild = true;
    REQUIRE_OK(database_update(&site.options, &site.arena, &report, &err));
    CHECK_INT(things(&site), 2);
    site_fini(&site);
}

/* Killed after the zip came and before it was noted up to when it speaks: nothing is missed. */
TEST(osv_increments_after_a_kill)
{
    static const char empty_zip[22] = {'P', 'K', 5, 6};
    static const char *const records[] = {"GHSA-x-2", "GHSA-x-33"};
    Site site;
    Error err = {0};
    UpdateReport report = {0};
    Str state, etag, modified;
    site_init(&site);
    Arena *arena = &site.arena;
    put(arena, site.root, "osv/npm/all.zip", str_of(empty_zip, sizeof empty_zip));
    put(arena, site.root, "osv/npm/modified_id.csv", STR("2099-01-01T00:00:00Z,GHSA-x-1\n"));
    REQUIRE_OK(database_update(&site.options, arena, &report, &err));
    Str path = arena_join(arena, site.dir, STR("/feeds/osv/npm/.all.zip.state"));
    REQUIRE_OK(file_read(path, 4096, arena, &state, &err));
    CHECK(str_contains(state, STR("2099-01-01T00:00:00Z")));
    str_next_line(&state, &etag);
    str_next_line(&state, &modified);
    put(arena, site.dir, "feeds/osv/npm/.all.zip.state",
        arena_printf(arena, STR_FMT "\n" STR_FMT "\n\n", STR_ARG(etag), STR_ARG(modified)));
    for (size_t i = 0; i < COUNT_OF(records); i++) {
        put(arena, site.root, arena_printf(arena, "osv/npm/%s.json", records[i]).ptr,
            osv_text(arena, records[i], "1.5.0", "2099-01-02T00:00:00Z"));
        put(arena, site.root, "osv/npm/modified_id.csv",
            arena_printf(arena, "2099-01-0%zuT00:00:00Z,%s\n2099-01-01T00:00:00Z,GHSA-x-1\n", i + 2,
                         records[i]));
        report = (UpdateReport){0};
        REQUIRE_OK(database_update(&site.options, arena, &report, &err));
        REQUIRE_OK(file_read(path, 4096, arena, &state, &err));
        CHECK(str_contains(state, arena_printf(arena, "2099-01-0%zuT", i + 2)));
    }
    CHECK_INT(report.fetched, 2); /* the list and one record, not the zip */
    site_fini(&site);
}

/* What ends in ".new" is ours only under a name that we give. */
TEST(leftovers_of_others_stay)
{
    static const char *const theirs[] = {"notes.new",           "sub/notes.new",
                                         "advisories.db.new",   "sub/.x.assay.1.new",
                                         ".notes.assay.1.new",  "feeds/osv/notes.new",
                                         ".advisories.dbx.new", ".advisories.db.assay.old"};
    static const char *const ours[] = {
        ".advisories.db.assay.new",         ".advisories.db.assay.17.new",
        ".advisories.db.sig.assay.17.new",  ".advisories.db.assay.built.new",
        "feeds/osv/npm/.all.zip.assay.new", "feeds/osv/npm/..all.zip.state.assay.17.new"};
    Site site;
    Error err = {0};
    UpdateReport report = {0};
    site_init(&site);
    for (size_t i = 0; i < COUNT_OF(theirs); i++)
        put(&site.arena, site.dir, theirs[i], STR("mine"));
    for (size_t i = 0; i < COUNT_OF(ours); i++)
        put(&site.arena, site.dir, ours[i], STR("half"));
    REQUIRE_OK(database_update(&site.options, &site.arena, &report, &err));
    for (size_t i = 0; i < COUNT_OF(theirs); i++)
        CHECK(access(arena_printf(&site.arena, STR_FMT "/%s", STR_ARG(site.dir), theirs[i]).ptr,
                     F_OK) == 0);
    for (size_t i = 0; i < COUNT_OF(ours); i++)
        CHECK(access(arena_printf(&site.arena, STR_FMT "/%s", STR_ARG(site.dir), ours[i]).ptr,
                     F_OK) != 0);
    site_fini(&site);
}
