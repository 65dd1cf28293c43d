/* SPDX-License-Identifier: Apache-2.0 */
/* Matching alone: match DATABASE [-v] [-n COUNT] PATH=FILE... reads package databases as the image
 * would hold them at PATH, matches them once with nothing of the database in this process and then
 * again and again, and prints medians. Beside them stand bare lookups, which hand out all records of
 * what is asked about and the vulnerability of what is found; and the least that is conceivable: to
 * look at each of those records in its place, keeping none, or to find the keys alone. COUNT cuts
 * the list of packages, or repeats it with versions of its own. -v lists the findings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/map.h"
#include "inventory/cataloger.h"
#include "model/ecosystem.h"
#include "scanners/builtin/match.h"
#include "scanners/builtin/question.h"

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

enum { ROUNDS = 31 };

static int order(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, order);
    return values[ROUNDS / 2];
}

typedef enum Depth { KEYS, LOOKS, LOOKUPS } Depth;

static void look_up(const Database *db, Str ecosystem, Str name, Depth depth, Arena *arena)
{
    AdvisoryCursor cursor;
    Advisory row;
    AdvisoryVec all = {0};
    if (depth == LOOKUPS) {
        database_find(db, ecosystem, name, arena, &all);
        return;
    }
    advisories_open(db, ecosystem, name, &cursor);
    while (depth == LOOKS && advisories_next(&cursor, arena, &row))
        continue;
}

/* The statements whose vulnerabilities the findings are of: one for each. */
static AdvisoryVec found_of(const QuestionVec *questions, const FindingVec *findings,
                            const Database *db, Arena *arena)
{
    Map ids;
    AdvisoryVec all = {0}, found = {0};
    map_init(&ids, arena);
    for (size_t i = 0; i < findings->len; i++)
        *map_get(&ids, findings->at[i].id) = &ids;
    for (size_t i = 0; i < questions->len; i++)
        for (size_t k = 0; k < questions->at[i].ecosystems->len; k++)
            database_find(db, questions->at[i].ecosystems->at[k], questions->at[i].name, arena,
                          &all);
    for (size_t i = 0; i < all.len; i++) {
        if (map_find(&ids, all.at[i].id) == NULL)
            continue;
        *map_get(&ids, all.at[i].id) = NULL;
        *vec_push(arena, &found) = all.at[i];
    }
    return found;
}

static double bare(const QuestionVec *questions, const AdvisoryVec *found, const Database *db,
                   Depth depth)
{
    Arena arena CLEANUP(arena_fini) = {0};
    arena_alloc(&arena, 1); /* so that going back to here keeps a block */
    ArenaMark mark = arena_mark(&arena);
    double start = now();
    for (size_t i = 0; i < questions->len; i++) {
        const Question *q = &questions->at[i];
        for (size_t k = 0; k < q->ecosystems->len; k++)
            look_up(db, q->ecosystems->at[k], q->name, depth, &arena);
        arena_reset(&arena, mark);
    }
    for (size_t i = 0; depth != KEYS && i < found->len; i++) {
        Vulnerability vulnerability;
        (void)database_vulnerability_of(db, &found->at[i], &arena, &vulnerability);
        arena_reset(&arena, mark);
    }
    return now() - start;
}

static void measure(const Inventory *inventory, const Database *db, const Policy *policy,
                    bool verbose)
{
    static double matching[ROUNDS], keys[ROUNDS], looks[ROUNDS], lookups[ROUNDS];
    MatchOptions options = {.policy = policy, .as_of = date_of(2026, 11, 22)};
    size_t asked = 0, found = 0;
    for (int round = -1; round < ROUNDS; round++) {
        Arena arena CLEANUP(arena_fini) = {0};
        FindingVec findings = {0};
        NoteVec incomplete = {0};
        QuestionVec questions = {0};
        int at = round < 0 ? 0 : round;
        double start = now();
        builtin_match(inventory, db, &options, &arena, &findings, &incomplete);
        matching[at] = now() - start;
        questions_of(inventory, db, &arena, &questions, &incomplete);
        AdvisoryVec hits = found_of(&questions, &findings, db, &arena);
        keys[at] = bare(&questions, &hits, db, KEYS);
        looks[at] = bare(&questions, &hits, db, LOOKS);
        lookups[at] = bare(&questions, &hits, db, LOOKUPS);
        asked = questions.len;
        found = findings.len;
        if (round < 0)
            printf("cold: %zu packages, %.3f ms\n", inventory->packages.len, matching[0]);
        if (verbose && round < 0)
            show(&findings, &incomplete, &arena);
    }
    double match = median(matching), whole = median(lookups);
    printf(
        "warm: %zu packages, %zu questions, %zu findings, %.3f ms; bare lookups %.3f ms; a look at "
        "each record %.3f ms; keys alone %.3f ms; ratio %.2f\n",
        inventory->packages.len, asked, found, match, whole, median(looks), median(keys),
        match / whole);
}

/* Cuts the list, or repeats it with versions that differ. */
static void resize(Inventory *inventory, size_t count, Arena *arena)
{
    size_t real = inventory->packages.len;
    while (real && inventory->packages.len < count) {
        size_t i = inventory->packages.len;
        Package *copy = vec_push(arena, &inventory->packages);
        *copy = inventory->packages.at[i % real];
        copy->version = copy->source_version =
            arena_printf(arena, STR_FMT "+%zu", STR_ARG(copy->source_version), i / real);
    }
    if (count)
        inventory->packages.len = count;
}

/* How many words were options. */
static int options_take(int argc, char **arg, bool *verbose, size_t *count)
{
    int at = 2;
    for (; at < argc && arg[at][0] == '-'; at++)
        if (strcmp(arg[at], "-v") == 0)
            *verbose = true;
        else if (strcmp(arg[at], "-n") == 0 && at + 1 < argc)
            *count = strtoul(arg[++at], NULL, 10);
    return at;
}

int main(int argc, char **arg)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Limits limits = LIMITS_DEFAULT;
    Database *db;
    Error err = {0};
    bool verbose = false;
    size_t count = 0;
    int first = options_take(argc, arg, &verbose, &count);
    double start = now();
    if (argc < 3 || !database_open(str_from(arg[1]), &arena, &db, &err))
        return fprintf(stderr, "%s\n",
                       argc < 3 ? "match DATABASE [-v] [-n COUNT] PATH=FILE..." : err.message),
               1;
    printf("open: %.3f ms\n", now() - start);
    const Policy *policy;
    if (!policy_load((Str){0}, (Str){0}, &arena, &policy, &err))
        return fprintf(stderr, "%s\n", err.message), 1;
    CatalogSink sink = {.arena = &arena, .limits = &limits};
    for (int i = first; i < argc; i++) {
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
    resize(&inventory, count, &arena);
    measure(&inventory, db, policy, verbose);
    database_close(db);
    return 0;
}
