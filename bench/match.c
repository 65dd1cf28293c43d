/* SPDX-License-Identifier: Apache-2.0 */
/* Matching alone: match DATABASE [-v] PATH=FILE... reads package databases as the image would hold
 * them at PATH, matches them once cold and then again and again, and prints what it took, beside
 * bare lookups of the same packages. -v lists the findings. */
#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "inventory/cataloger.h"
#include "model/ecosystem.h"
#include "scanners/builtin/match.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool package_file_read(Str path, Arena *arena, Buf *buf)
{
    FILE *file = fopen(arena_c_str(arena, path), "rb");
    size_t got = 1;
    if (!file)
        return false;
    while (got) {
        got = fread(buf_reserve(buf, 1 << 16), 1, 1 << 16, file);
        buf->len += got;
    }
    return fclose(file) == 0;
}

static void catalog(CatalogSink *sink, Str path, Str bytes)
{
    size_t count;
    const Cataloger *const *rows = catalogers(&count);
    Str dir, base;
    if (!str_rcut(path, '/', &dir, &base))
        base = path;
    CatalogFile file = {.path = path, .bytes = bytes, .mode = 0100644};
    for (size_t i = 0; i < count; i++)
        if (rows[i]->wants_path && rows[i]->wants_path(path, base))
            rows[i]->read(&file, sink);
}

static void show(const FindingVec *findings, const NoteVec *incomplete, Arena *arena)
{
    for (size_t i = 0; i < findings->len; i++) {
        const Finding *f = &findings->at[i];
        Str key = finding_key(arena, f), severity = severity_name(f->severity);
        printf(STR_FMT " " STR_FMT " " STR_FMT " [" STR_FMT "] " STR_FMT "\n", STR_ARG(key),
               STR_ARG(severity), STR_ARG(f->evidence.at[0].why), STR_ARG(f->evidence.at[0].source),
               STR_ARG(f->mask.reason));
    }
    for (size_t i = 0; i < incomplete->len; i++)
        printf("incomplete " STR_FMT ": " STR_FMT "\n", STR_ARG(incomplete->at[i].what),
               STR_ARG(incomplete->at[i].why));
}

static double lookups(const Inventory *inventory, const Database *db, Str ecosystem)
{
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    ArenaMark mark = arena_mark(&arena);
    double start = now();
    for (size_t i = 0; i < inventory->packages.len; i++) {
        AdvisoryVec rows = {0};
        database_find(db, ecosystem, inventory->packages.at[i].source_name, &arena, &rows);
        arena_reset(&arena, mark);
    }
    return now() - start;
}

static void measure(const Inventory *inventory, const Database *db, const Policy *policy,
                    bool verbose)
{
    MatchOptions options = {.policy = policy, .as_of = date_of(2026, 11, 22)};
    Str ecosystem;
    for (int round = 0; round < 6; round++) {
        Arena arena CLEANUP(arena_fini);
        FindingVec findings = {0};
        NoteVec incomplete = {0};
        arena_init(&arena);
        double start = now();
        builtin_match(inventory, db, &options, &arena, &findings, &incomplete);
        double took = now() - start;
        ecosystem = ecosystem_of_os(&arena, &inventory->subject.os);
        printf("%s: %zu packages, %zu findings, %zu incomplete, %.3f ms, %zu KB; bare lookups %.3f "
               "ms\n",
               round ? "warm" : "cold", inventory->packages.len, findings.len, incomplete.len, took,
               arena.used / 1024, lookups(inventory, db, ecosystem));
        if (verbose && round == 5)
            show(&findings, &incomplete, &arena);
    }
}

int main(int argc, char **arg)
{
    Arena arena CLEANUP(arena_fini);
    Limits limits = LIMITS_DEFAULT;
    Database *db;
    Error err = {0};
    arena_init(&arena);
    bool verbose = argc > 2 && str_eq(str_from(arg[2]), STR("-v"));
    double start = now();
    if (argc < 3 || !database_open(str_from(arg[1]), &arena, &db, &err))
        return fprintf(stderr, "%s\n", argc < 3 ? "match DATABASE [-v] PATH=FILE..." : err.message),
               1;
    printf("open: %.3f ms\n", now() - start);
    const Policy *policy;
    if (!policy_load((Str){0}, (Str){0}, &arena, &policy, &err))
        return fprintf(stderr, "%s\n", err.message), 1;
    CatalogSink sink = {.arena = &arena, .limits = &limits};
    for (int i = verbose ? 3 : 2; i < argc; i++) {
        Buf buf CLEANUP(buf_fini) = {0};
        Str path, file;
        if (!str_cut(str_from(arg[i]), '=', &path, &file) || !package_file_read(file, &arena, &buf))
            return fprintf(stderr, "%s: cannot be read\n", arg[i]), 1;
        catalog(&sink, path, buf_str(&buf));
    }
    Inventory inventory = {.subject = {.kind = SUBJECT_ROOTFS, .os = sink.os}};
    for (size_t i = 0; i < sink.packages.len; i++) {
        Package *p = vec_push(&arena, &inventory.packages);
        *p = sink.packages.at[i];
        p->owner = PACKAGE_NONE;
        package_close(&arena, p, &sink.os);
    }
    measure(&inventory, db, policy, verbose);
    database_close(db);
    return 0;
}
