/* SPDX-License-Identifier: Apache-2.0 */
/* The database: db_build FEEDS FILE builds FILE and prints what building, opening, verifying and
 * looking up cost. Lookups ask for every package that the database holds, and as often for one that
 * it does not. */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include "advisories/build.h"
#include "advisories/facts.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double peak_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static bool open_cost(Str path, Arena *arena, Error *err)
{
    enum { TIMES = 1000 };
    double start = now();
    for (int i = 0; i < TIMES; i++) {
        Database *db = NULL;
        ArenaMark mark = arena_mark(arena);
        if (!database_open(path, arena, &db, err))
            return false;
        database_close(db);
        arena_reset(arena, mark);
    }
    printf("open and close    %8.4f ms\n", (now() - start) / TIMES);
    return true;
}

/* Packages in the order of a hash, so that neighbours are not asked for one after the other. */
static void lookup_cost(const Database *db, const Facts *facts)
{
    Arena arena CLEANUP(arena_fini);
    size_t count = map_len(&facts->packages), rows = 0, asked = 0;
    arena_init(&arena);
    double start = now();
    for (size_t i = 0; i < count; i++) {
        const PackageFacts *package = facts->packages.entries.at[i * 7919 % count].value;
        ArenaMark mark = arena_mark(&arena);
        AdvisoryVec found = {0};
        database_find(db, package->ecosystem, package->key, &arena, &found);
        rows += found.len;
        arena_reset(&arena, mark);
    }
    double hits = now() - start;
    start = now();
    for (; asked < count; asked++) {
        const PackageFacts *package = facts->packages.entries.at[asked * 7919 % count].value;
        AdvisoryVec found = {0};
        database_find(db, STR("none"), package->key, &arena, &found);
        rows += found.len;
    }
    printf("lookup, found     %8.4f ms each, %.1f statements each, %.5f ms a statement\n",
           hits / (double)count, (double)rows / (double)count, hits / (double)rows);
    printf("lookup, not found %8.4f ms each\n", (now() - start) / (double)count);
}

static bool run(const BuildOptions *options, Str path, Arena *arena, Error *err)
{
    BuildReport report = {0}, again = {0};
    Facts facts CLEANUP(facts_fini);
    Database *db = NULL;
    double start = now();
    facts_init(&facts, arena);
    if (!database_build(options, path, arena, &report, err))
        return false;
    printf("build             %8.0f ms, peak %.0f MB, %.1f MB from %.1f MB of files\n",
           now() - start, peak_mb(), (double)report.file_bytes / 1e6,
           (double)report.source_bytes / 1e6);
    if (!open_cost(path, arena, err) || !database_open(path, arena, &db, err))
        return false;
    start = now();
    bool ok = database_verify(db, err);
    printf("verify            %8.1f ms\n", now() - start);
    if (ok && feeds_read(options, &facts, arena, &again, err))
        lookup_cost(db, &facts);
    database_close(db);
    return ok;
}

int main(int argc, char **argv)
{
    Arena arena CLEANUP(arena_fini);
    Error err = {0};
    arena_init(&arena);
    if (argc != 3)
        return fprintf(stderr, "usage: db_build FEEDS FILE\n"), 2;
    BuildOptions options = {.dir = str_from(argv[1]), .built = DATE_NONE};
    if (!run(&options, str_from(argv[2]), &arena, &err))
        return fprintf(stderr, "%s\n", err.message), 1;
    return 0;
}
