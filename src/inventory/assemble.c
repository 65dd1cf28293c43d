/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/assemble.h"

#include <stdlib.h>

#include "inventory/assemble_files.h"
#include "inventory/joined.h"
#include "inventory/os.h"
#include "inventory/ownership.h"

/* OS packages first, because what they own decides about the others: choose the distribution, merge
 * and sort its packages, index their files, then merge and sort the language packages and append
 * them. The types are numbered so that this is the order of the whole. */
typedef struct Assembler {
    Arena *arena;
    const Assembly *assembly;
    FileIndex index;
    VisibleFileVec files;
    Inventory *out;
    Map merged;           /* identity -> index in out->packages + 1 */
    Vec(IndexVec) within; /* the executables of each package, until it is sorted */
} Assembler;

enum { LINES_MAX = 2000 };

static int str_order(const void *left, const void *right)
{
    return str_cmp(*(const Str *)left, *(const Str *)right);
}

/* Sorted, each once. */
static void strs_sort(StrVec *strs)
{
    size_t kept = 0;
    if (strs->len)
        qsort(strs->at, strs->len, sizeof *strs->at, str_order);
    for (size_t i = 0; i < strs->len; i++)
        if (kept == 0 || !str_eq(strs->at[i], strs->at[kept - 1]))
            strs->at[kept++] = strs->at[i];
    strs->len = kept;
}

/* For few. Paths may be many, so they are pushed, and packages_sort leaves each once. */
static void strs_add(Arena *arena, StrVec *strs, Str s)
{
    for (size_t i = 0; i < strs->len; i++)
        if (str_eq(strs->at[i], s))
            return;
    *vec_push(arena, strs) = s;
}

static int package_order(const void *left, const void *right)
{
    const Package *a = left, *b = right;
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    int order = str_cmp(a->name, b->name);
    if (order == 0)
        order = str_cmp(a->version, b->version);
    if (order == 0)
        order = str_cmp(a->arch, b->arch);
    if (order == 0 && a->paths.len && b->paths.len)
        order = str_cmp(a->paths.at[0], b->paths.at[0]);
    return order;
}

static void packages_sort(PackageVec *packages, size_t from)
{
    for (size_t i = from; i < packages->len; i++)
        strs_sort(&packages->at[i].paths);
    if (packages->len > from)
        qsort(&packages->at[from], packages->len - from, sizeof *packages->at, package_order);
}

static int note_order(const void *left, const void *right)
{
    const Note *a = left, *b = right;
    int order = str_cmp(a->what, b->what);
    return order ? order : str_cmp(a->why, b->why);
}

static void notes_take(Assembler *a, const VisibleFile *visible, const NoteVec *from,
                       LayerSpan span, NoteVec *to)
{
    for (uint32_t i = span.first; i < span.end; i++) {
        Str what = from->at[i].what;
        if (to->len > LINES_MAX)
            return;
        if (visible->file->path.len == 0)
            what = arena_printf(a->arena, "layer %u", visible->layer + 1);
        if (to->len == LINES_MAX)
            note_add(a->arena, to, what, STR("more like this is left out"));
        else
            note_add(a->arena, to, what, from->at[i].why);
    }
}

static void take_notes(Assembler *a)
{
    Inventory *out = a->out;
    for (size_t i = 0; i < a->files.len; i++) {
        const VisibleFile *v = &a->files.at[i];
        notes_take(a, v, &v->result->found.notes, v->file->notes, &out->notes);
        notes_take(a, v, &v->result->found.incomplete, v->file->incomplete, &out->incomplete);
    }
    if (out->notes.len)
        qsort(out->notes.at, out->notes.len, sizeof *out->notes.at, note_order);
    if (out->incomplete.len)
        qsort(out->incomplete.at, out->incomplete.len, sizeof *out->incomplete.at, note_order);
}

static OsRelease choose_os(Assembler *a)
{
    OsCandidateVec candidates = {0};
    for (size_t i = 0; i < a->files.len; i++)
        if (a->files.at[i].file->os_rank)
            *vec_push(a->arena, &candidates) =
                (OsCandidate){a->files.at[i].file->os, a->files.at[i].file->os_rank};
    return os_choose(a->arena, &candidates);
}

/* The lists are copied: they belong to the layer, and merging would write into it. */
static Package package_of(Assembler *a, const VisibleFile *visible, const Package *from)
{
    Package package = *from;
    package.paths = (StrVec){0};
    package.licences = (StrVec){0};
    package.layer = file_index_origin(&a->index, visible, from);
    for (size_t i = 0; i < from->paths.len; i++) {
        bool file = str_eq(from->paths.at[i], visible->file->as);
        *vec_push(a->arena, &package.paths) = file ? visible->path : from->paths.at[i];
    }
    for (size_t i = 0; i < from->licences.len; i++)
        strs_add(a->arena, &package.licences, from->licences.at[i]);
    return package;
}

static void fill(Str *into, Str from)
{
    if (into->len == 0)
        *into = from;
}

static void package_merge(Arena *arena, Package *into, const Package *from)
{
    if (from->layer < into->layer)
        into->layer = from->layer;
    if (from->confidence > into->confidence) {
        into->confidence = from->confidence;
        into->found_by = from->found_by;
    }
    into->declared = into->declared && from->declared;
    fill(&into->vendor, from->vendor);
    fill(&into->modularity, from->modularity);
    for (size_t i = 0; i < from->paths.len; i++)
        *vec_push(arena, &into->paths) = from->paths.at[i];
    for (size_t i = 0; i < from->licences.len; i++)
        strs_add(arena, &into->licences, from->licences.at[i]);
}

static void within_add(Assembler *a, size_t package, uint32_t executable)
{
    IndexVec *within = &a->within.at[package];
    for (size_t i = within->len; i; i--)
        if (within->at[i - 1] == executable)
            return;
    *vec_push(a->arena, within) = executable;
}

/* One package for each identity; what another package owns is judged by other means, and stays
 * apart. */
static void package_add(Assembler *a, const Package *package)
{
    PackageVec *packages = &a->out->packages;
    Str key = arena_printf(a->arena, "%d\n" STR_FMT "\n" STR_FMT "\n" STR_FMT "\n%u",
                           (int)package->type, STR_ARG(package->name), STR_ARG(package->version),
                           STR_ARG(package->arch), package->owner);
    void **place = map_get(&a->merged, key);
    if (*place) {
        size_t index = (uintptr_t)*place - 1;
        package_merge(a->arena, &packages->at[index], package);
        within_add(a, index, package->executable);
        return;
    }
    if (packages->len >= a->assembly->limits->packages) {
        note_add(a->arena, &a->out->incomplete, STR("packages"),
                 STR("too many: the rest is left out"));
        return;
    }
    *vec_push(a->arena, packages) = *package;
    (void)vec_push(a->arena, &a->within);
    within_add(a, packages->len - 1, package->executable);
    *place = (void *)(uintptr_t)packages->len;
}

/* A deb without a version carries the licences of a copyright file (dpkg.c). */
static bool is_licence_only(const Package *p)
{
    return p->type == PACKAGE_DEB && p->version.len == 0;
}

static void take_os_packages(Assembler *a)
{
    for (size_t i = 0; i < a->files.len; i++) {
        const VisibleFile *visible = &a->files.at[i];
        for (uint32_t j = visible->file->packages.first; j < visible->file->packages.end; j++) {
            const Package *from = &visible->result->found.packages.at[j];
            if (!package_type_is_os(from->type) || is_licence_only(from))
                continue;
            Package package = package_of(a, visible, from);
            package.owner = PACKAGE_NONE;
            package.executable = EXECUTABLE_NONE;
            if (package.type == PACKAGE_RPM)
                package.third_party = rpm_vendor_is_foreign(package.vendor, a->out->subject.os.id);
            package_add(a, &package);
        }
    }
    packages_sort(&a->out->packages, 0);
}

/* The folder may be a link to that of another package of the same source. */
static void take_licences(Assembler *a)
{
    for (size_t i = 0; i < a->out->packages.len; i++) {
        Package *p = &a->out->packages.at[i];
        if (p->type != PACKAGE_DEB)
            continue;
        Str path = arena_printf(a->arena, "usr/share/doc/" STR_FMT "/copyright", STR_ARG(p->name));
        const TreeNode *node = tree_resolve(a->assembly->tree, path, true);
        if (!node || !node->content)
            continue;
        const LayerFile *file =
            file_index_find(&a->index, node->content_layer, node->content->path);
        if (!file)
            continue;
        const LayerResult *result = a->assembly->layers[node->content_layer];
        for (uint32_t j = file->packages.first; j < file->packages.end; j++) {
            const StrVec *licences = &result->found.packages.at[j].licences;
            for (size_t k = 0; k < licences->len; k++)
                strs_add(a->arena, &p->licences, licences->at[k]);
        }
    }
}

/* Indices of the layer's executables become those of the inventory, once for each that is seen. */
static uint32_t take_executable(Assembler *a, const VisibleFile *visible, uint32_t index)
{
    if (index == EXECUTABLE_NONE || index >= visible->result->found.executables.len)
        return EXECUTABLE_NONE;
    ExecutableVec *all = &a->out->executables;
    Executable executable = visible->result->found.executables.at[index];
    if (str_eq(executable.path, visible->file->as))
        executable.path = visible->path;
    if (all->len && str_eq(all->at[all->len - 1].path, executable.path))
        return (uint32_t)(all->len - 1);
    *vec_push(a->arena, all) = executable;
    return (uint32_t)(all->len - 1);
}

static bool is_language(const Package *p)
{
    return !package_type_is_os(p->type);
}

static void index_owners(Assembler *a, Ownership *own)
{
    for (size_t i = 0; i < a->files.len; i++) {
        const VisibleFile *v = &a->files.at[i];
        if (v->file->packages.first < v->file->packages.end &&
            is_language(&v->result->found.packages.at[v->file->packages.first])) {
            ownership_want(own, v->path);
            ownership_want(own, v->file->path);
        }
    }
    for (size_t i = 0; i < a->files.len; i++) {
        const VisibleFile *v = &a->files.at[i];
        for (uint32_t j = v->file->owned.first; j < v->file->owned.end; j++)
            ownership_claim(own, v->file->as, &v->result->found.owned.at[j]);
    }
}

static void take_language_packages(Assembler *a)
{
    PackageVec system = a->out->packages; /* those below may move the list */
    size_t from = system.len;
    Ownership own;
    ownership_init(&own, a->arena, a->assembly->tree, &system);
    index_owners(a, &own);
    for (size_t i = 0; i < a->files.len; i++) {
        const VisibleFile *visible = &a->files.at[i];
        uint32_t owner = visible->content ? ownership_find(&own, visible->content) : PACKAGE_NONE;
        for (uint32_t j = visible->file->packages.first; j < visible->file->packages.end; j++) {
            const Package *found = &visible->result->found.packages.at[j];
            if (!is_language(found))
                continue;
            Package package = package_of(a, visible, found);
            package.owner = owner;
            package.executable = take_executable(a, visible, found->executable);
            package_add(a, &package);
        }
    }
    Joined joined;
    joined_init(&joined, a->arena, &a->out->executables, a->assembly->limits);
    for (size_t i = from; i < a->out->packages.len; i++)
        a->out->packages.at[i].executable = joined_get(&joined, &a->within.at[i]);
    packages_sort(&a->out->packages, from);
    executables_compact(a->arena, &a->out->executables, &a->out->packages, from);
}

static void close_packages(Assembler *a)
{
    Map ids;
    map_init(&ids, a->arena);
    for (size_t i = 0; i < a->out->packages.len; i++) {
        Package *p = &a->out->packages.at[i];
        package_close(a->arena, p, &a->out->subject.os);
        p->id = p->purl;
        uintptr_t number = (uintptr_t)map_find(&ids, p->purl);
        while (map_has(&ids, p->id))
            p->id = arena_printf(a->arena, STR_FMT "#%llu", STR_ARG(p->purl),
                                 (unsigned long long)++number);
        *map_get(&ids, p->id) = (void *)(uintptr_t)1;
        *map_get(&ids, p->purl) = (void *)(number ? number : 1);
    }
}

void assemble(Arena *arena, const Assembly *assembly, Inventory *out)
{
    Assembler a = {.arena = arena, .assembly = assembly, .out = out};
    map_init(&a.merged, arena);
    file_index_init(&a.index, arena, assembly);
    a.files = file_index_visible(&a.index);
    take_notes(&a);
    out->subject.os = choose_os(&a);
    take_os_packages(&a);
    take_licences(&a);
    take_language_packages(&a);
    close_packages(&a);
}
