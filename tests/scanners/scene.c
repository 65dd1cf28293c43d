/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <sys/stat.h>
#include <unistd.h>

void scene_fini(Scene *s)
{
    database_close(s->db);
    arena_fini(&s->arena);
    *s = (Scene){0};
}

void scene_init(Scene *s)
{
    Error err = {0};
    scene_fini(s);
    arena_init(&s->arena);
    s->dir = arena_join(&s->arena, test_folder(&s->arena), STR("/feeds"));
    s->options.as_of = date_of(2026, 11, 22);
    s->inventory.subject.kind = SUBJECT_IMAGE;
    s->inventory.subject.os.support_end = DATE_NONE;
    REQUIRE_OK(policy_load((Str){0}, (Str){0}, &s->arena, &s->options.policy, &err));
}

/* The path under the folder of feeds, whose folders are made. */
static char *place(Scene *s, const char *path)
{
    Str whole = arena_printf(&s->arena, STR_FMT "/%s", STR_ARG(s->dir), path);
    for (size_t i = s->dir.len; i < whole.len; i++)
        if (whole.ptr[i] == '/')
            mkdir(arena_c_str(&s->arena, str_head(whole, i)), 0777);
    return arena_c_str(&s->arena, whole);
}

void scene_file(Scene *s, const char *path, const char *text)
{
    FILE *file = fopen(place(s, path), "w");
    CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

void scene_osv(Scene *s, const char *text)
{
    Str path = arena_printf(&s->arena, "osv/Any/R-%u.json", s->records++);
    scene_file(s, arena_c_str(&s->arena, path), text);
}

void scene_fix(Scene *s, const char *id, const char *ecosystem, const char *package,
               const char *fixed)
{
    Str text = arena_printf(
        &s->arena,
        "{\"id\":\"%s\",\"modified\":\"2026-01-01T00:00:00Z\",\"affected\":[{\"package\":"
        "{\"ecosystem\":\"%s\",\"name\":\"%s\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":"
        "[{\"introduced\":\"0\"},{\"fixed\":\"%s\"}]}]}]}",
        id, ecosystem, package, fixed);
    scene_osv(s, arena_c_str(&s->arena, text));
}

void scene_os(Scene *s, const char *id, const char *version)
{
    s->inventory.subject.os.id = str_from(id);
    s->inventory.subject.os.version = str_from(version);
}

Package *scene_package(Scene *s, PackageType type, const char *name, const char *version)
{
    Package *p = vec_push(&s->arena, &s->inventory.packages);
    p->type = type;
    p->name = str_from(name);
    p->version = str_from(version);
    p->layer = LAYER_NONE;
    p->owner = PACKAGE_NONE;
    p->executable = EXECUTABLE_NONE;
    *vec_push(&s->arena, &p->paths) = STR("some/path");
    return p;
}

Package *scene_source(Scene *s, PackageType type, const char *name, const char *version,
                      const char *source, const char *source_version)
{
    Package *p = scene_package(s, type, name, version);
    p->source_name = str_from(source);
    p->source_version = str_from(source_version);
    return p;
}

void scene_shared(Scene *s, const char *folder)
{
    Str path = arena_printf(&s->arena, "feeds/%s", folder);
    Str target = test_shared(&s->arena, arena_c_str(&s->arena, path));
    CHECK(symlink(arena_c_str(&s->arena, target), place(s, folder)) == 0);
}

static void build(Scene *s)
{
    Error err = {0};
    BuildReport report = {0};
    BuildOptions options = {.dir = s->dir, .built = DATE_NONE};
    Str path = arena_join(&s->arena, s->dir, STR(".db"));
    REQUIRE_OK(database_build(&options, path, &s->arena, &report, &err));
    REQUIRE_OK(database_open(path, &s->arena, &s->db, &err));
}

static size_t unmasked(const FindingVec *findings)
{
    size_t count = 0;
    for (size_t i = 0; i < findings->len; i++)
        count += findings->at[i].mask.reason.len == 0;
    return count;
}

/* Counting masked findings instead of describing them leaves out no other and counts each once. */
static void check_counted(Scene *s)
{
    uint64_t masked = 0;
    MatchOptions options = s->options;
    FindingVec some = {0};
    NoteVec incomplete = {0};
    options.masked = &masked;
    builtin_match(&s->inventory, s->db, &options, &s->arena, &some, &incomplete);
    CHECK_INT(unmasked(&some), unmasked(&s->findings));
    CHECK_INT(some.len + masked, s->findings.len);
    CHECK_INT(incomplete.len, s->incomplete.len);
    s->masked = masked;
}

void scene_match(Scene *s)
{
    if (!s->db)
        build(s);
    s->findings.len = s->notes.len = s->incomplete.len = 0;
    for (size_t i = 0; i < s->inventory.packages.len; i++)
        package_close(&s->arena, &s->inventory.packages.at[i], &s->inventory.subject.os);
    builtin_match(&s->inventory, s->db, &s->options, &s->arena, &s->findings, &s->incomplete);
    check_counted(s);
    eol_match(&s->inventory, s->db, &s->options, &s->arena, &s->eol, &s->findings, &s->notes);
}

const Finding *scene_find(const Scene *s, const char *id)
{
    for (size_t i = 0; i < s->findings.len; i++)
        if (str_eq(s->findings.at[i].id, str_from(id)))
            return &s->findings.at[i];
    return NULL;
}

bool scene_counts(const Scene *s, const char *id)
{
    const Finding *f = scene_find(s, id);
    return f && f->mask.reason.len == 0;
}

bool scene_says(const NoteVec *notes, const char *word)
{
    for (size_t i = 0; i < notes->len; i++)
        if (str_contains(notes->at[i].what, str_from(word)) ||
            str_contains(notes->at[i].why, str_from(word)))
            return true;
    return false;
}
