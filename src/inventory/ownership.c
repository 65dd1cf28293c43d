/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/ownership.h"

static Str base_of(Str path)
{
    return str_from_pos(path, str_rfind_char(path, '/') + 1); /* STR_NONE + 1 is 0 */
}

static Str name_key(Arena *arena, PackageType type, Str name)
{
    Str prefix = package_type_name(type);
    return arena_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(prefix), STR_ARG(name));
}

static void name_put(Ownership *own, Str key, const Package *package)
{
    void **place = map_get(&own->names, key);
    if (!*place)
        *place = (void *)(uintptr_t)package;
}

void ownership_init(Ownership *own, Arena *arena, const Tree *tree, const PackageVec *packages)
{
    *own = (Ownership){.arena = arena, .tree = tree, .packages = packages};
    map_init(&own->wanted, arena);
    map_init(&own->names, arena);
    map_init(&own->owners, arena);
    for (size_t i = 0; i < packages->len; i++) {
        const Package *p = &packages->at[i];
        name_put(own, name_key(arena, p->type, p->name), p);
        if (p->type == PACKAGE_DEB && p->arch.len)
            name_put(
                own,
                arena_printf(arena, "deb/" STR_FMT ":" STR_FMT, STR_ARG(p->name), STR_ARG(p->arch)),
                p);
        for (size_t j = 0; j < p->paths.len; j++)
            if (str_contains(p->paths.at[j], STR("/status.d/")))
                name_put(own, name_key(arena, p->type, base_of(p->paths.at[j])), p);
    }
}

void ownership_want(Ownership *own, Str path)
{
    *map_get(&own->wanted, base_of(path)) = own;
}

static PackageType type_of_list(Str as)
{
    if (str_contains(as, STR("apk/db/")))
        return PACKAGE_APK;
    return str_contains(as, STR("/rpm/")) ? PACKAGE_RPM : PACKAGE_DEB;
}

static const Package *package_of(const Ownership *own, Str as, Str name)
{
    PackageType type = type_of_list(as);
    const Package *package = map_find(&own->names, name_key(own->arena, type, name));
    Str plain, arch;
    if (!package && type == PACKAGE_DEB && str_rcut(name, ':', &plain, &arch))
        package = map_find(&own->names, name_key(own->arena, type, plain));
    return package;
}

/* A place on the arena that holds the address stands for the content in the map. */
static Str content_key(Arena *arena, const LayerEntry *content)
{
    const LayerEntry **place = arena_new(arena, const LayerEntry *);
    *place = content;
    return str_of(place, sizeof *place);
}

void ownership_claim(Ownership *own, Str as, const CatalogOwned *owned)
{
    if (!map_has(&own->wanted, base_of(owned->path)))
        return;
    const TreeNode *node = tree_resolve(own->tree, owned->path, true);
    if (!node || node->kind != LAYER_FILE || !node->content)
        return;
    const Package *package = package_of(own, as, owned->package);
    if (!package || package->third_party)
        return;
    void **place = map_get(&own->owners, content_key(own->arena, node->content));
    if (!*place)
        *place = (void *)(uintptr_t)package;
}

uint32_t ownership_find(const Ownership *own, const LayerEntry *content)
{
    const Package *owner = map_find(&own->owners, str_of(&content, sizeof content));
    return owner ? (uint32_t)(owner - own->packages->at) : PACKAGE_NONE;
}
