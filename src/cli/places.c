/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/places.h"

#include <stdlib.h>
#include <unistd.h>

#include "advisories/update.h"
#include "base/fd.h"

enum { KEY_LIMIT = 1 << 16 };

static Str place_of(Arena *arena, const char *variable, const char *root, const char *home)
{
    const char *xdg = getenv(variable);
    if (xdg && xdg[0] == '/')
        return arena_printf(arena, "%s/assay", xdg);
    if (geteuid() == 0)
        return str_from(root);
    const char *folder = getenv("HOME");
    return arena_printf(arena, "%s/%s/assay", folder && *folder ? folder : "/nonexistent", home);
}

Str place_data(Arena *arena, const Options *options)
{
    return options->db.len ? options->db
                           : place_of(arena, "XDG_DATA_HOME", "/var/lib/assay", ".local/share");
}

Str place_cache(Arena *arena, const Options *options)
{
    return options->cache.len ? options->cache
                              : place_of(arena, "XDG_CACHE_HOME", "/var/cache/assay", ".cache");
}

Cache place_layers(Arena *arena, const Options *options)
{
    return (Cache){.dir =
                       arena_printf(arena, STR_FMT "/layers", STR_ARG(place_cache(arena, options))),
                   .limit = options->cache_limit};
}

Str place_database(Arena *arena, const Options *options)
{
    return arena_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(place_data(arena, options)),
                        STR_ARG(DATABASE_NAME));
}

Str place_seed(Arena *arena)
{
    static const char *const beside[] = {"assay-seed.db", "../share/assay/assay-seed.db"};
    char link[4096];
    ssize_t length = readlink("/proc/self/exe", link, sizeof link);
    Str folder, base;
    if (length <= 0 || !str_rcut(str_of(link, (size_t)length), '/', &folder, &base))
        return (Str){0};
    for (size_t i = 0; i < COUNT_OF(beside); i++) {
        Str path = arena_printf(arena, STR_FMT "/%s", STR_ARG(folder), beside[i]);
        if (access(path.ptr, R_OK) == 0)
            return path;
    }
    return (Str){0};
}

bool place_open_database(const Options *options, Arena *arena, Database **out, Error *err)
{
    Str path = place_database(arena, options), seed;
    Str key;
    if (options->db_key.len)
        return (file_read(options->db_key, KEY_LIMIT, arena, &key, err) &&
                database_open_signed(path, key, arena, out, err)) ||
               error_within(err, "--db-key " STR_FMT, STR_ARG(options->db_key));
    if (database_open(path, arena, out, err))
        return true;
    if (err->code != ERR_ABSENT || options->db.len)
        return false;
    seed = place_seed(arena);
    if (seed.len == 0)
        return error_set(err, ERR_ABSENT,
                         "no vulnerability database at " STR_FMT
                         ": 'assay db update' or 'assay db build DIR' makes one",
                         STR_ARG(path));
    *err = (Error){0};
    return database_open(seed, arena, out, err);
}
