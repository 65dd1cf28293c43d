/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "base/fd.h"
#include "base/reader.h"
#include "engines/engine.h"

/* One row for each engine whose store of names is known: paths are below its data root, and `driver` is
 * how it names the folders of layers, "<root>/<driver>/<64 hex digits>/diff".
 * Docker (github.com/moby/moby, reference/store.go): the file is replaced, by rename, before any change
 * of what a name stands for is acknowledged. The lock (volume/service/store.go) is held while a daemon
 * runs on this root. */
static const struct Store {
    Str driver, names, lock;
} stores[] = {
    {STR_INIT("overlay2"), STR_INIT("image/overlay2/repositories.json"),
     STR_INIT("volumes/metadata.db")},
};

/* A change within one tick of a file system's clock could leave no trace; no clock ticks as slowly. */
enum { SETTLED_SECONDS = 1 };

static bool identify(const char *path, mode_t kind, const struct timespec *before, Buf *out)
{
    struct stat st;
    if (stat(path, &st) != 0 || (st.st_mode & S_IFMT) != kind ||
        (before && st.st_ctim.tv_sec + SETTLED_SECONDS >= before->tv_sec))
        return false;
    const uint64_t parts[] = {st.st_dev, st.st_ino, (uint64_t)st.st_size,
                              (uint64_t)st.st_ctim.tv_sec, (uint64_t)st.st_ctim.tv_nsec};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        buf_u64le(out, parts[i]);
    return true;
}

static const char *path_in(Arena *arena, Str root, Str path)
{
    return arena_c_str(arena,
                       arena_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(root), STR_ARG(path)));
}

/* The socket and the names: whoever replaces either leaves another file there. */
static bool identify_all(const Engine *engine, Str root, const struct Store *store,
                         const struct timespec *before, Arena *arena, Buf *out)
{
    buf_str_wire(out, root);
    return identify(arena_c_str(arena, engine->socket), S_IFSOCK, before, out) &&
           identify(path_in(arena, root, store->names), S_IFREG, before, out);
}

/* Docker shows a name without its registry and with its tag; what is written otherwise, an id or a
 * digest among them, may be gone without a change of names. */
static bool is_name_of(Str name, const EngineImage *image, Arena *arena)
{
    Str latest = arena_printf(arena, STR_FMT ":latest", STR_ARG(name));
    for (size_t i = 0; i < image->names.len; i++)
        if (str_eq(image->names.at[i], name) || str_eq(image->names.at[i], latest))
            return true;
    return false;
}

/* "<root>/<driver>/<id>/diff", and it is there: seen from a container, a path may be another
 * engine's. */
static bool root_of(const EngineImage *image, const struct Store *store, Arena *arena, Str *out)
{
    struct stat st;
    Str rest, last;
    if (!str_eq(image->driver, store->driver) || image->folders.len == 0)
        return false;
    Str folder = image->folders.at[image->folders.len - 1];
    return str_rcut(folder, '/', &rest, &last) && str_eq(last, STR("diff")) &&
           str_rcut(rest, '/', &rest, &last) && last.len == 64 && str_rcut(rest, '/', out, &last) &&
           str_eq(last, store->driver) && stat(arena_c_str(arena, folder), &st) == 0 &&
           S_ISDIR(st.st_mode);
}

Str engine_evidence(const Engine *engine, Str name, const EngineImage *image,
                    const struct timespec *asked, Arena *arena)
{
    for (size_t i = 0; i < COUNT_OF(stores); i++) {
        Buf out CLEANUP(buf_fini) = {0};
        Str root;
        buf_u8(&out, (uint8_t)i);
        if (root_of(image, &stores[i], arena, &root) && is_name_of(name, image, arena) &&
            identify_all(engine, root, &stores[i], asked, arena, &out))
            return arena_str(arena, buf_str(&out));
    }
    return (Str){0};
}

/* Nobody else than a running daemon holds it; had it been free, it is free again at once. */
static bool is_running(Str root, const struct Store *store, Arena *arena)
{
    Fd fd CLEANUP(fd_close) = -1;
    return fd_open_read_at(AT_FDCWD, str_from(path_in(arena, root, store->lock)), &fd, NULL) &&
           flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

bool engine_evidence_holds(const Engine *engine, Str evidence, Arena *arena)
{
    Buf now CLEANUP(buf_fini) = {0};
    Reader r = reader_of(evidence);
    size_t row = reader_u8(&r);
    Str root = reader_str(&r);
    if (!reader_ok(&r) || row >= COUNT_OF(stores))
        return false;
    buf_u8(&now, (uint8_t)row);
    return identify_all(engine, root, &stores[row], NULL, arena, &now) &&
           str_eq(buf_str(&now), evidence) && is_running(root, &stores[row], arena);
}
