/* SPDX-License-Identifier: Apache-2.0 */
/* By hand: try build DIR FILE | try find FILE ECOSYSTEM PACKAGE | try id FILE ID */
#include <stdio.h>
#include "advisories/build.h"
#include "advisories/seed.h"
#include "advisories/update.h"

static void show(const AdvisoryVec *rows)
{
    for (size_t i = 0; i < rows->len; i++) {
        const Advisory *a = &rows->at[i];
        printf(
            STR_FMT " " STR_FMT " [" STR_FMT "] " STR_FMT " " STR_FMT "%s%s " STR_FMT " " STR_FMT,
            STR_ARG(a->id), STR_ARG(a->record), STR_ARG(a->feed), STR_ARG(a->ecosystem),
            STR_ARG(a->package), a->malware ? " MALWARE" : "",
            a->not_affected ? " not affected" : "", STR_ARG(a->urgency), STR_ARG(a->cvss.vector));
        for (size_t n = 0; n < a->ranges.len; n++)
            printf(" [" STR_FMT ", " STR_FMT "%s" STR_FMT ")", STR_ARG(a->ranges.at[n].introduced),
                   STR_ARG(a->ranges.at[n].fixed), a->ranges.at[n].last_affected.len ? "<=" : "",
                   STR_ARG(a->ranges.at[n].last_affected));
        for (size_t n = 0; n < a->doubt.len; n++)
            printf(" doubt:" STR_FMT, STR_ARG(a->doubt.at[n]));
        printf("%s versions %zu imports %zu\n", a->all_versions ? " ALL" : "", a->versions.len,
               a->imports.len);
    }
}

static int find(Arena *arena, char **arg)
{
    Database *db;
    Error err = {0};
    AdvisoryVec rows = {0};
    if (!database_open(str_from(arg[2]), arena, &db, &err))
        return fprintf(stderr, "%s\n", err.message), 1;
    if (str_eq(str_from(arg[1]), STR("find"))) {
        database_find(db, str_from(arg[3]), str_from(arg[4]), arena, &rows);
    } else {
        Vulnerability v;
        for (size_t i = 0; database_vulnerability(db, str_from(arg[3]), i, arena, &v); i++) {
            printf(STR_FMT ": " STR_FMT " epss %g cvss %zu exploits %d%d%d%d%d%d%d aliases",
                   STR_ARG(v.id), STR_ARG(v.title), v.epss, v.cvss.len, v.exploit[0], v.exploit[1],
                   v.exploit[2], v.exploit[3], v.exploit[4], v.exploit[5], v.exploit[6]);
            for (size_t n = 0; n < v.aliases.len; n++)
                printf(" " STR_FMT, STR_ARG(v.aliases.at[n]));
            printf("\n");
        }
        database_advisories_of(db, str_from(arg[3]), arena, &rows);
    }
    show(&rows);
    database_close(db);
    return 0;
}

int main(int argc, char **arg)
{
    Arena arena CLEANUP(arena_fini);
    Error err = {0};
    arena_init(&arena);
    if (argc >= 4 && str_eq(str_from(arg[1]), STR("build"))) {
        BuildReport report = {0};
        BuildOptions options = {.dir = str_from(arg[2]), .built = DATE_NONE};
        if (!database_build(&options, str_from(arg[3]), &arena, &report, &err))
            return fprintf(stderr, "%s\n", err.message), 1;
        for (size_t i = 0; i < report.notes.len; i++)
            fprintf(stderr, STR_FMT ": " STR_FMT "\n", STR_ARG(report.notes.at[i].what),
                    STR_ARG(report.notes.at[i].why));
        printf("%llu files %llu records %llu packages %llu vulnerabilities %llu bytes, %zu notes\n",
               (unsigned long long)report.files, (unsigned long long)report.records,
               (unsigned long long)report.packages, (unsigned long long)report.vulnerabilities,
               (unsigned long long)report.file_bytes, report.notes.len);
        return 0;
    }
    if (argc >= 4 && str_eq(str_from(arg[1]), STR("seed"))) {
        BuildReport report = {0};
        BuildOptions options = {.dir = str_from(arg[2]), .built = DATE_NONE};
        if (!database_seed(&options, str_from(arg[3]), &arena, &report, &err))
            return fprintf(stderr, "%s\n", err.message), 1;
        return 0;
    }
    if (argc >= 4 && str_eq(str_from(arg[1]), STR("update"))) {
        UpdateReport report = {0};
        UpdateOptions options = {.dir = str_from(arg[3]), .mirror = str_from(arg[2])};
        bool ok = database_update(&options, &arena, &report, &err);
        size_t states[4] = {0};
        for (size_t i = 0; i < report.files.len; i++) {
            states[report.files.at[i].state]++;
            if (report.files.at[i].state == UPDATE_FAILED)
                printf(STR_FMT ": " STR_FMT "\n", STR_ARG(report.files.at[i].path),
                       STR_ARG(report.files.at[i].why));
        }
        printf("fetched %zu unchanged %zu absent %zu failed %zu built %d %s\n", states[0],
               states[1], states[2], states[3], report.built, ok ? "" : err.message);
        return !ok;
    }
    return argc >= 4 ? find(&arena, arg) : 2;
}
