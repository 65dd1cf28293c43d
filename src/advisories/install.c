/* SPDX-License-Identifier: Apache-2.0 */
/* Database and signature are two files, of which only one at a time can be replaced. Whoever looks in
 * between, or is left with it because we were killed, must not find a signature that does not fit:
 *
 * - signed: `path`.sig first holds the signatures of both databases, the new one's before the old one's;
 *   then the database is replaced, then the old signature goes;
 * - unsigned: the new database is written aside, the old signature goes, then the database is replaced.
 *   In between an old database is without its signature, never a new one with a wrong signature. */
#include "advisories/install.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>
#include "advisories/update.h"
#include "base/hash.h"

Str path_folder(Str path)
{
    size_t slash = str_rfind_char(path, '/');
    return str_head(path, slash == STR_NONE ? 0 : slash + 1);
}

/* --- the lock --- */

bool is_leftover(Str name, Str leaf)
{
    if (!str_starts(name, STR(".")) || !str_ends(name, STR(".new")))
        return false;
    Str rest = str_from_pos(name, 1);
    if (leaf.len == 0)
        return str_contains(rest, STR(".assay."));
    if (!str_starts(rest, leaf))
        return false;
    rest = str_from_pos(rest, leaf.len);
    return str_starts(rest, STR(".assay.")) || str_starts(rest, STR(".sig.assay."));
}

static void leftovers_remove(Str path, Arena *arena)
{
    Str folder = path_folder(path), leaf = str_from_pos(path, folder.len);
    DIR *dir = opendir(folder.len ? arena_c_str(arena, folder) : ".");
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (is_leftover(str_from(entry->d_name), leaf))
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
}

static bool is_no_file(Str path, Arena *arena)
{
    struct stat st;
    return stat(arena_c_str(arena, path), &st) == 0 && !S_ISREG(st.st_mode);
}

/* The file may have been removed by whoever held it before us: that lock keeps nobody out. */
static bool lock_try(const char *file, Fd *out, bool *gone, Error *err)
{
    struct stat st;
    *out = open(file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (*out < 0)
        return error_sys(err, "cannot open %s", file);
    bool locked = flock(*out, LOCK_EX | LOCK_NB) == 0;
    if (!locked && errno == EWOULDBLOCK)
        return error_set(err, ERR_IO, "another update or build is running: %s is locked", file);
    if (!locked || fstat(*out, &st) != 0)
        return error_sys(err, "cannot lock %s", file);
    *gone = st.st_nlink == 0;
    return true;
}

bool database_lock(Str path, Arena *arena, DatabaseLock *out, Error *err)
{
    Str folder = path_folder(path), leaf = str_from_pos(path, folder.len);
    bool installed = str_eq(leaf, DATABASE_NAME), gone = true;
    Str name = installed ? STR("update.lock")
                         : arena_printf(arena, "." STR_FMT ".assay.lock", STR_ARG(leaf));
    const char *file = arena_c_str(arena, arena_join(arena, folder, name));
    *out = (DatabaseLock){.fd = -1};
    if (is_no_file(path, arena))
        return true;
    while (gone) {
        fd_close(&out->fd);
        if (!lock_try(file, &out->fd, &gone, err)) {
            fd_close(&out->fd);
            return false;
        }
    }
    out->own = installed ? NULL : file;
    leftovers_remove(path, arena);
    return true;
}

void database_unlock(DatabaseLock *lock)
{
    if (lock->fd >= 0 && lock->own)
        unlink(lock->own);
    fd_close(&lock->fd);
}

/* --- database and signature --- */

/* Of what builds that were killed left: the signature of the database that is there, which is ours
 * again, since Ed25519 gives the same bytes each time. Another key's cannot be told: as many as there
 * is room for beside a new one. */
static bool signature_kept(Str path, Str key, Arena *arena, Str *signatures, Error *err)
{
    Fd fd CLEANUP(fd_close) = -1;
    Mapping mapping CLEANUP(mapping_close) = {0};
    Str mine, all = *signatures;
    if (access(arena_c_str(arena, path), F_OK) != 0)
        *signatures = all = (Str){0};
    if (all.len <= DATABASE_SIGNATURE)
        return true;
    if (!fd_open_read_at(AT_FDCWD, path, &fd, err) || !mapping_open(fd, path, &mapping, err) ||
        !signature_make(key, mapping.bytes, arena, &mine, err))
        return false;
    if (all.len > DATABASE_SIGNATURES - DATABASE_SIGNATURE)
        *signatures = str_from_pos(all, all.len - (DATABASE_SIGNATURES - DATABASE_SIGNATURE));
    for (size_t at = 0; at < all.len; at += DATABASE_SIGNATURE)
        if (str_eq(str_sub(all, at, at + DATABASE_SIGNATURE), mine))
            *signatures = mine;
    return true;
}

/* What makes no sense is nobody's signature. */
static bool signatures_read(Str beside, Arena *arena, Str *out, Error *err)
{
    Error why = {0};
    *out = (Str){0};
    if (!file_read(beside, DATABASE_SIGNATURES, arena, out, &why) && why.code != ERR_ABSENT &&
        why.code != ERR_LIMIT) {
        if (err)
            *err = why;
        return false;
    }
    if (out->len % DATABASE_SIGNATURE)
        *out = (Str){0};
    return true;
}

static bool install_signed(Str path, Str beside, Str bytes, Str key, Arena *arena, Error *err)
{
    Str signature, old;
    if (!signature_make(key, bytes, arena, &signature, err))
        return error_within(err, "signing database " STR_FMT, STR_ARG(path));
    if (!signatures_read(beside, arena, &old, err) ||
        !signature_kept(path, key, arena, &old, err) ||
        !file_write_atomic(beside, arena_join(arena, signature, old), err))
        return false;
    if (file_write_atomic(path, bytes, err))
        return file_write_atomic(beside, signature, err);
    /* Where that fails too, both signatures stay, and the old one is right. */
    bool restored =
        old.len ? file_write_atomic(beside, old, NULL) : unlink(arena_c_str(arena, beside)) == 0;
    (void)restored;
    return false;
}

static bool install_unsigned(Str path, const char *beside, Str bytes, Arena *arena, Error *err)
{
    Str folder = path_folder(path), leaf = str_from_pos(path, folder.len);
    Str aside =
        arena_printf(arena, STR_FMT "." STR_FMT ".assay.built.new", STR_ARG(folder), STR_ARG(leaf));
    const char *from = arena_c_str(arena, aside), *to = arena_c_str(arena, path);
    struct stat st;
    if (!file_write_atomic(aside, bytes, err))
        return false;
    bool ok = stat(to, &st) != 0 || chmod(from, st.st_mode & 07777) == 0;
    ok = ok && (unlink(beside) == 0 || errno == ENOENT) && rename(from, to) == 0;
    if (ok)
        return true;
    error_sys(err, "cannot write %s", to);
    unlink(from);
    return false;
}

bool database_install(Str path, Str bytes, Str key, Arena *arena, Error *err)
{
    Str beside = arena_join(arena, path, STR(".sig"));
    const char *file = arena_c_str(arena, beside);
    if (key.len)
        return install_signed(path, beside, bytes, key, arena, err);
    if (is_no_file(path, arena) || access(file, F_OK) != 0)
        return file_write_atomic(path, bytes, err);
    return install_unsigned(path, file, bytes, arena, err);
}
