/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "layers/visit.h"

/* Names come from getdents64 with their types, so that most files cost little more: a file is
 * opened only when somebody is interested in it, stat'ed only when its first bytes are wanted too,
 * and read as a whole only when nothing less tells; of the rest only devices and names of unknown
 * type are stat'ed. A folder is read to its end before its subfolders are entered; every step is openat with
 * one name and O_NOFOLLOW, so that no link, however it changes meanwhile, leads out. */
enum { NAMES_BUFFER = 64 << 10 };

typedef struct DirWalk {
    const LayerWalk *walk;
    LayerDirKind kind;
    LayerIndex *out;
    Arena scratch;
    Buf gathered;
    char *names; /* NAMES_BUFFER bytes, used by one folder at a time */
    dev_t device;
} DirWalk;

static void dir_walk_fini(DirWalk *w)
{
    arena_fini(&w->scratch);
    buf_fini(&w->gathered);
}

static Str path_under(DirWalk *w, Str folder, Str name)
{
    Arena *arena = &w->scratch;
    return folder.len ? arena_join(arena, arena_join(arena, folder, STR("/")), name)
                      : arena_str(arena, name);
}

static bool unreadable(DirWalk *w, Str path)
{
    if (errno != ENOENT && errno != ELOOP) /* it changes while we look: it is gone */
        visitor_note(w->walk, path, 0, "cannot be read", true);
    return true;
}

/* The value of the attribute under either of its names; false if there is none. */
static bool overlay_attribute(Fd fd, const char *name, char *value, size_t cap)
{
    static const char *const spaces[] = {"trusted", "user"};
    for (size_t i = 0; i < COUNT_OF(spaces); i++) {
        Arena arena CLEANUP(arena_fini) = {0};
        Str full = arena_printf(&arena, "%s.overlay.%s", spaces[i], name);
        if (fgetxattr(fd, full.ptr, value, cap) >= 0)
            return true;
        if (errno == ERANGE)
            return true;
    }
    return false;
}

static bool has_attributes(Fd fd)
{
    return flistxattr(fd, NULL, 0) > 0;
}

static bool overlay_refuse(Str path, const char *what, Error *err)
{
    return error_set(err, ERR_UNSUPPORTED,
                     "\"" STR_FMT "\": overlayfs %s needs the layers below: read the image instead",
                     STR_ARG(str_head(path, 300)), what);
}

/* What overlayfs says of a folder. */
static bool folder_attributes(DirWalk *w, Fd fd, Str path, Error *err)
{
    char value[8] = {0};
    if (w->kind != LAYER_DIR_OVERLAY || !has_attributes(fd))
        return true;
    if (overlay_attribute(fd, "redirect", value, sizeof value))
        return overlay_refuse(path, "redirect", err);
    if (!overlay_attribute(fd, "opaque", value, sizeof value))
        return true;
    if (value[0] == 'x')
        return overlay_refuse(path, "whiteouts in attributes", err);
    if (value[0] != 'y')
        return true;
    return entry_add(w->walk, w->out, &(LayerEntry){.kind = LAYER_OPAQUE, .path = path}, err);
}

static bool whole_read(DirWalk *w, Fd fd, LayerEntry *entry, Error *err)
{
    FileStream file;
    const LayerVisitor *visitor = w->walk->visitor;
    buf_clear(&w->gathered);
    file_stream_init(&file, fd, 0, entry->size);
    if (!stream_read_all(&file.stream, w->walk->limits->file_bytes, &w->gathered, NULL)) {
        visitor_note(w->walk, entry->path, 0, "cannot be read to its end", true);
        return true;
    }
    return visitor->bytes(visitor->self, entry, buf_str(&w->gathered), err);
}

/* A file of which overlayfs keeps only the metadata here: what it holds is all zeros. */
static bool metacopy_refuse(const DirWalk *w, Fd fd, const LayerEntry *entry, Error *err)
{
    char value[8];
    if (w->kind == LAYER_DIR_OVERLAY && has_attributes(fd) &&
        overlay_attribute(fd, "metacopy", value, sizeof value))
        return overlay_refuse(entry->path, "metacopy", err);
    return true;
}

static bool is_zeros(Str bytes)
{
    while (bytes.len && bytes.ptr[0] == 0)
        bytes = str_from_pos(bytes, 1);
    return bytes.len == 0;
}

/* A wanted file: its size and mode, and its bytes. */
static bool file_take(DirWalk *w, Fd fd, LayerEntry *entry, const Str *head, Error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return unreadable(w, entry->path);
    if (!S_ISREG(st.st_mode))
        return true;
    if (!metacopy_refuse(w, fd, entry, err))
        return false;
    entry->size = (uint64_t)st.st_size;
    entry->mode = st.st_mode & 07777;
    if (head && !visitor_worth(w->walk, entry, *head, fd))
        return true;
    if (entry->size > w->walk->limits->file_bytes) {
        visitor_oversize(w->walk, entry);
        return true;
    }
    return whole_read(w, fd, entry, err);
}

/* Three system calls for most files: this is what a walk costs. */
static bool file_open_visit(DirWalk *w, Fd dir, const char *name, LayerEntry *entry,
                            LayerInterest interest, Error *err)
{
    Fd fd CLEANUP(fd_close) = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    char bytes[LAYER_HEAD];
    size_t got = 0;
    if (fd < 0)
        return unreadable(w, entry->path);
    if (interest == LAYER_TAKE)
        return file_take(w, fd, entry, NULL, err);
    if (!fd_pread(fd, bytes, sizeof bytes, 0, &got, NULL))
        return unreadable(w, entry->path);
    Str head = str_of(bytes, got);
    if (visitor_wants(w->walk, entry, head))
        return file_take(w, fd, entry, &head, err);
    return !is_zeros(head) || metacopy_refuse(w, fd, entry, err);
}

static bool regular_visit(DirWalk *w, Fd dir, const char *name, LayerEntry *entry, Error *err)
{
    LayerInterest interest = visitor_interest(w->walk, entry);
    if (interest != LAYER_SKIP && !file_open_visit(w, dir, name, entry, interest, err))
        return false;
    return entry_add(w->walk, w->out, entry, err);
}

static bool symlink_visit(DirWalk *w, Fd dir, const char *name, LayerEntry *entry, Error *err)
{
    char target[4096];
    ssize_t len = readlinkat(dir, name, target, sizeof target);
    if (len < 0)
        return unreadable(w, entry->path);
    entry->link = str_of(target, (size_t)len);
    return entry_add(w->walk, w->out, entry, err);
}

static unsigned char type_of(mode_t mode)
{
    return (unsigned char)IFTODT(mode);
}

/* Resolves unknown types, and makes 0:0 devices of overlay2 whiteouts. */
static bool type_settle(DirWalk *w, Fd dir, const char *name, unsigned char *type,
                        LayerEntry *entry)
{
    struct stat st;
    if (*type != DT_UNKNOWN && (*type != DT_CHR || w->kind != LAYER_DIR_OVERLAY))
        return true;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    *type = type_of(st.st_mode);
    if (w->kind == LAYER_DIR_OVERLAY && S_ISCHR(st.st_mode) && st.st_rdev == makedev(0, 0))
        entry->kind = LAYER_WHITEOUT;
    return true;
}

/* fuse-overlayfs writes the same names as tar layers where it may not make devices. */
static bool overlay_name(DirWalk *w, LayerEntry *entry, bool *listed, Error *err)
{
    Str target = entry->path;
    NameKind kind =
        w->kind == LAYER_DIR_OVERLAY ? name_parse(&w->scratch, entry->path, &target) : NAME_PLAIN;
    *listed = kind == NAME_PLAIN;
    if (kind == NAME_PLAIN || kind == NAME_IGNORED)
        return true;
    return entry_add(
        w->walk, w->out,
        &(LayerEntry){.kind = kind == NAME_OPAQUE ? LAYER_OPAQUE : LAYER_WHITEOUT, .path = target},
        err);
}

/* Anything but a folder; those go on the list. */
static bool name_visit(DirWalk *w, Fd dir, Str folder, const char *name, unsigned char type,
                       StrVec *folders, Error *err)
{
    LayerEntry entry = {.kind = LAYER_OTHER, .path = path_under(w, folder, str_from(name))};
    bool listed;
    if (entry.path.len > w->walk->limits->path_bytes) {
        visitor_note(w->walk, str_head(entry.path, 200), 0, "the path is too long or deep", true);
        return true;
    }
    if (!overlay_name(w, &entry, &listed, err))
        return false;
    if (!listed)
        return true;
    if (!type_settle(w, dir, name, &type, &entry))
        return unreadable(w, entry.path);
    switch (type) {
    case DT_DIR:
        *vec_push(&w->scratch, folders) = entry.path;
        return true;
    case DT_REG:
        entry.kind = LAYER_FILE;
        return regular_visit(w, dir, name, &entry, err);
    case DT_LNK:
        entry.kind = LAYER_SYMLINK;
        return symlink_visit(w, dir, name, &entry, err);
    default:
        return entry_add(w->walk, w->out, &entry, err);
    }
}

static bool names_visit(DirWalk *w, Fd dir, Str folder, ssize_t len, StrVec *folders, Error *err)
{
    for (ssize_t at = 0; at < len;) {
        const struct dirent64 *d = (const struct dirent64 *)(const void *)(w->names + at);
        Str name = str_from(d->d_name);
        at += d->d_reclen;
        if (str_eq(name, STR(".")) || str_eq(name, STR("..")))
            continue;
        ArenaMark mark = arena_mark(&w->scratch);
        size_t before = folders->len;
        if (!name_visit(w, dir, folder, d->d_name, d->d_type, folders, err))
            return false;
        if (folders->len == before)
            arena_reset(&w->scratch, mark);
    }
    return true;
}

/* Views of the kernel that a live root has mounted hold nothing of the image. */
static bool is_kernel_view(Fd fd)
{
    static const unsigned long kinds[] = {
        PROC_SUPER_MAGIC,   SYSFS_MAGIC,    CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
        DEVPTS_SUPER_MAGIC, DEBUGFS_MAGIC,  TRACEFS_MAGIC,      BPF_FS_MAGIC,
        SECURITYFS_MAGIC,   EFIVARFS_MAGIC, PSTOREFS_MAGIC};
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0)
        return false;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if ((unsigned long)fs.f_type == kinds[i])
            return true;
    return false;
}

static bool folder_walk(DirWalk *w, Fd fd, Str path, uint32_t depth, Error *err);

static Str last_part(Str path)
{
    Str folder, name;
    return str_rcut(path, '/', &folder, &name) ? name : path;
}

static bool folder_enter(DirWalk *w, Fd dir, Str path, uint32_t depth, Error *err)
{
    struct stat st;
    const char *name = arena_c_str(&w->scratch, last_part(path));
    Fd fd CLEANUP(fd_close) = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        return unreadable(w, path);
    LayerEntry entry = {.kind = LAYER_DIR, .path = path, .mode = st.st_mode & 07777};
    if (!entry_add(w->walk, w->out, &entry, err))
        return false;
    if (depth > w->walk->limits->path_depth) {
        visitor_note(w->walk, str_head(path, 200), 0, "the path is too long or deep", true);
        return true;
    }
    if (st.st_dev != w->device && is_kernel_view(fd))
        return true;
    return folder_attributes(w, fd, path, err) && folder_walk(w, fd, path, depth, err);
}

static bool folder_walk(DirWalk *w, Fd fd, Str path, uint32_t depth, Error *err)
{
    ArenaMark mark = arena_mark(&w->scratch);
    StrVec folders = {0};
    ssize_t len;
    while ((len = getdents64(fd, w->names, NAMES_BUFFER)) > 0)
        if (!names_visit(w, fd, path, len, &folders, err))
            return false;
    if (len < 0)
        (void)unreadable(w, path);
    for (size_t i = 0; i < folders.len; i++)
        if (!folder_enter(w, fd, folders.at[i], depth + 1, err))
            return false;
    arena_reset(&w->scratch, mark);
    return true;
}

bool layer_walk_dir(const LayerWalk *walk, Fd dir, LayerDirKind kind, LayerIndex *out, Error *err)
{
    DirWalk w CLEANUP(dir_walk_fini) = {.walk = walk, .kind = kind, .out = out};
    struct stat st;
    *out = (LayerIndex){0};
    /* A descriptor of our own: reading names moves its position. */
    Fd fd CLEANUP(fd_close) = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        return error_sys(err, "open the folder of the layer");
    w.device = st.st_dev;
    w.names = arena_alloc(&w.scratch, NAMES_BUFFER);
    return folder_attributes(&w, fd, (Str){0}, err) && folder_walk(&w, fd, (Str){0}, 0, err);
}
