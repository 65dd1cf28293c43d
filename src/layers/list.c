/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/processors.h"
#include "layers/wire.h"

/* Names come from getdents64 with their types, so a name costs next to nothing: only devices and
 * names of unknown type are stat'ed. A file is opened when its name does not say what it is, for its
 * first four bytes: three system calls, and most of what a listing costs. Where the name says that it
 * is data, one call asks whether somebody may execute it all the same.
 *
 * Folders wait on a stack that the threads share, as paths: each is opened anew from its root, which
 * openat2 never leaves. So no descriptor is held for what waits, however wide and deep the tree; and
 * each thread has a table of descriptors of its own, without which they would wait for each other.
 * A file is opened by its name in an open folder, with O_NOFOLLOW: names hold no slash, so that is
 * confined as well.
 *
 * Warm, threads are worth as much as there are processors. Cold, they wait for the disk, which takes
 * many requests at once: whoever sleeps at every few files calls for another, up to eight. Then files
 * that will be read are asked for in advance too: the parser reads one after the other. */
enum {
    NAMES_BUFFER = 64 << 10,
    BATCH_BYTES = 32 << 10,
    READERS_MAX = 8,
    WORTH_A_THREAD = 8, /* folders that wait */
    MEASURED_EVERY = 4, /* folders: to ask how often a thread slept costs as much as a name */
    SLEEPS = 4,         /* of one thread in those, until the next is called for, */
    SLEEP_EVERY = 8,    /* if it opened no more for each */
    TAIL = 64 << 10,    /* where an executable's section headers are */
};

typedef struct Root {
    FolderRoot folder;
    dev_t device;
} Root;

typedef struct Task { /* a folder */
    const Root *root;
    Str path;
} Task;

typedef struct Lister {
    const Root *roots;
    size_t root_count;
    const Limits *limits;
    const FolderChoice *choice;
    FolderPut *put;
    void *self;
    pthread_mutex_t putting;
    atomic_uint_least64_t entries;
    atomic_bool cold, stop;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t moved;
    Arena arena; /* of the tasks */
    Vec(Task) waiting;
    size_t busy, threads, most;
    pthread_t others[READERS_MAX];
    Error err;
} Lister;

/* One thread's own. */
typedef struct Hand {
    Lister *lister;
    Arena scratch; /* of one folder: those found in it */
    StrVec folders;
    Buf path, record, batch;
    size_t folder_len; /* of `path`, with its slash */
    const Root *root;
    char *names;
    uint64_t entries;
    size_t tasks;
    bool measured;       /* the folder at hand */
    long sleeps, opened; /* since another was called for, in those that are measured */
} Hand;

/* ---- what is told ---- */

/* `why` is empty where the list itself says it. */
static void stop(Lister *l, const Error *why)
{
    pthread_mutex_lock(&l->lock);
    if (!atomic_exchange(&l->stop, true))
        l->err = *why;
    pthread_cond_broadcast(&l->moved);
    pthread_mutex_unlock(&l->lock);
}

static long sleeps_now(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nvcsw : 0;
}

/* To wait for who takes it is not to wait for a disk. */
static void batch_send(Hand *h)
{
    Lister *l = h->lister;
    Error err = {0};
    if (h->batch.len == 0 || atomic_load(&l->stop))
        return;
    long before = h->measured ? sleeps_now() : 0;
    pthread_mutex_lock(&l->putting);
    bool ok = l->put(l->self, buf_str(&h->batch), &err);
    pthread_mutex_unlock(&l->putting);
    if (h->measured)
        h->sleeps -= sleeps_now() - before;
    buf_clear(&h->batch);
    if (!ok)
        stop(l, &err);
}

static void record_begin(Hand *h, ListRecord what, Str path)
{
    buf_clear(&h->record);
    buf_varint(&h->record, h->root->folder.number);
    buf_u8(&h->record, (uint8_t)what);
    buf_str_wire(&h->record, path);
}

static void record_end(Hand *h)
{
    buf_str_wire(&h->batch, buf_str(&h->record));
    if (h->batch.len > BATCH_BYTES)
        batch_send(h);
}

/* Beside the record of the folder, which goes on. */
static void tell(Hand *h, ListRecord what, Str path, uint8_t which, Str text)
{
    Buf folder = h->record;
    h->record = (Buf){0};
    record_begin(h, what, path);
    buf_u8(&h->record, which);
    if (what == LIST_FAIL)
        buf_str_wire(&h->record, text);
    record_end(h);
    buf_fini(&h->record);
    h->record = folder;
}

static void tell_unreadable(Hand *h, Str path)
{
    /* It changes while we look: what is gone, or something else now, is nothing to tell. */
    if (errno != ENOENT && errno != ELOOP && errno != ENOTDIR)
        tell(h, LIST_NOTE, path, NOTE_UNREADABLE, (Str){0});
}

static void tell_unsupported(Hand *h, Str path, const char *what)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Str text = arena_printf(
        &arena, "\"" STR_FMT "\": overlayfs %s needs the layers below: read the image instead",
        STR_ARG(str_head(path, 300)), what);
    tell(h, LIST_FAIL, path, ERR_UNSUPPORTED, text);
}

/* Whatever was not yet looked at is missing in the list of any folder. */
static void tell_limit(Hand *h)
{
    const Lister *l = h->lister;
    const Root *at_hand = h->root;
    Error err = {0};
    error_set(&err, ERR_LIMIT, "more than %llu entries in the image",
              (unsigned long long)l->limits->entries);
    for (size_t i = 0; i < l->root_count; i++) {
        h->root = &l->roots[i];
        tell(h, LIST_FAIL, (Str){0}, ERR_LIMIT, error_message(&err));
    }
    h->root = at_hand;
    batch_send(h);
}

/* True while there may be more. */
static bool count_entry(Hand *h)
{
    Lister *l = h->lister;
    if (++h->entries % 256 == 0 && atomic_fetch_add(&l->entries, 256) > l->limits->entries) {
        tell_limit(h);
        stop(l, &(Error){0});
    }
    return !atomic_load(&l->stop);
}

/* ---- files ---- */

/* The value of the attribute under either of its names; false if there is none. */
static bool overlay_attribute(Fd fd, const char *trusted, const char *user, char *value, size_t cap)
{
    return fgetxattr(fd, trusted, value, cap) >= 0 || errno == ERANGE ||
           fgetxattr(fd, user, value, cap) >= 0 || errno == ERANGE;
}

static bool has_attributes(Fd fd)
{
    return flistxattr(fd, NULL, 0) > 0;
}

/* A file of which overlayfs keeps only the metadata here: what it holds is all zeros. */
static bool is_metacopy(const FolderRoot *root, Fd fd)
{
    char value[8];
    return root->kind == LAYER_DIR_OVERLAY && has_attributes(fd) &&
           overlay_attribute(fd, "trusted.overlay.metacopy", "user.overlay.metacopy", value,
                             sizeof value);
}

static bool is_zeros(Str bytes)
{
    while (bytes.len && bytes.ptr[0] == 0)
        bytes = str_from_pos(bytes, 1);
    return bytes.len == 0;
}

/* Reads ahead what the parser will want of it. */
static void file_warm(Fd fd, bool whole)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    off_t from = whole || st.st_size < TAIL ? 0 : st.st_size - TAIL;
    posix_fadvise(fd, from, whole ? 0 : TAIL, POSIX_FADV_WILLNEED);
}

/* What goes wrong is found out by who opens it. */
static bool is_executable(Fd dir, const char *name)
{
    struct stat st;
    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
           st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH);
}

static bool may_look(const FolderChoice *choice, Fd dir, const char *name, Str path)
{
    return choice->by_magic &&
           !(choice->is_data && choice->is_data(path) && !is_executable(dir, name));
}

static ListWish file_look(Hand *h, Fd dir, const char *name, Str path)
{
    Lister *l = h->lister;
    bool named = l->choice->by_name && l->choice->by_name(path), cold = atomic_load(&l->cold);
    char bytes[FOLDER_MAGIC];
    size_t got = 0;
    if (named ? !cold : !may_look(l->choice, dir, name, path))
        return named ? WISH_TAKE : WISH_NOTHING;
    Fd fd CLEANUP(fd_close) =
        openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    h->opened += h->measured;
    if (named) {
        if (fd >= 0)
            file_warm(fd, true);
        return WISH_TAKE;
    }
    if (fd < 0 || !fd_pread(fd, bytes, sizeof bytes, 0, &got, NULL)) {
        tell_unreadable(h, path);
        return WISH_NOTHING;
    }
    Str first = str_of(bytes, got);
    if (is_zeros(first) && is_metacopy(&h->root->folder, fd))
        tell_unsupported(h, path, "metacopy");
    if (!l->choice->by_magic(path, first))
        return WISH_NOTHING;
    if (cold)
        file_warm(fd, false);
    return WISH_LOOK;
}

void folder_reach_close(FolderReach *reach)
{
    buf_fini(&reach->path);
    buf_fini(&reach->name);
    fd_close(&reach->dir);
}

static bool reach_folder(FolderReach *reach, const FolderRoot *root, Str folder)
{
    if (reach->dir >= 0 && reach->number == root->number && str_eq(buf_str(&reach->path), folder))
        return true;
    fd_close(&reach->dir);
    buf_clear(&reach->path);
    buf_put(&reach->path, folder.len ? folder : STR("."));
    buf_put_char(&reach->path, '\0');
    reach->dir = beneath_open(root->fd, reach->path.ptr, O_PATH | O_DIRECTORY, BENEATH_NO_LINKS);
    reach->path.len = folder.len;
    reach->number = root->number;
    return reach->dir >= 0;
}

/* It is looked at first: who opens a device makes it do something. */
FolderOpened folder_open_file(FolderReach *reach, const FolderRoot *root, Str path, Fd *out)
{
    struct stat st;
    Str folder = {0}, name = path;
    *out = -1;
    if (!str_rcut(path, '/', &folder, &name)) {
        name = path;
        folder = (Str){0};
    }
    if (!reach_folder(reach, root, folder))
        return beneath_is_absent() ? FOLDER_GONE : FOLDER_UNREADABLE;
    buf_clear(&reach->name);
    buf_put(&reach->name, name);
    buf_put_char(&reach->name, '\0');
    const char *text = reach->name.ptr;
    if (fstatat(reach->dir, text, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return beneath_is_absent() ? FOLDER_GONE : FOLDER_UNREADABLE;
    if (!S_ISREG(st.st_mode))
        return FOLDER_GONE;
    *out = openat(reach->dir, text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (*out < 0)
        return beneath_is_absent() ? FOLDER_GONE : FOLDER_UNREADABLE;
    /* In a root that is alive it may have become something else in between. */
    FolderOpened how = fstat(*out, &st) != 0     ? FOLDER_UNREADABLE
                       : !S_ISREG(st.st_mode)    ? FOLDER_GONE
                       : is_metacopy(root, *out) ? FOLDER_METACOPY
                                                 : FOLDER_OPEN;
    if (how != FOLDER_OPEN)
        fd_close(out);
    return how;
}

/* ---- folders ---- */

static void entry_put(Hand *h, ListEntry kind, ListWish wish, Str name)
{
    buf_u8(&h->record, (uint8_t)((unsigned)kind | (unsigned)wish));
    buf_str_wire(&h->record, name);
}

static void symlink_put(Hand *h, Fd dir, const char *name, Str path)
{
    char target[4096];
    ssize_t len = readlinkat(dir, name, target, sizeof target);
    if (len < 0) {
        tell_unreadable(h, path);
        return;
    }
    entry_put(h, LIST_SYMLINK, WISH_NOTHING, str_from(name));
    buf_str_wire(&h->record, str_of(target, (size_t)len));
}

/* Resolves unknown types, and makes 0:0 devices of overlay2 whiteouts. */
static bool type_settle(const Hand *h, Fd dir, const char *name, unsigned char *type,
                        ListEntry *kind)
{
    struct stat st;
    bool overlay = h->root->folder.kind == LAYER_DIR_OVERLAY;
    *kind = LIST_OTHER;
    if (*type != DT_UNKNOWN && (*type != DT_CHR || !overlay))
        return true;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    *type = (unsigned char)IFTODT(st.st_mode);
    if (overlay && S_ISCHR(st.st_mode) && st.st_rdev == makedev(0, 0))
        *kind = LIST_WHITEOUT;
    return true;
}

static void name_put(Hand *h, Fd dir, const char *text, unsigned char type)
{
    ListEntry kind;
    Str name = str_from(text);
    h->path.len = h->folder_len;
    buf_put(&h->path, name);
    Str path = buf_str(&h->path);
    if (path.len > h->lister->limits->path_bytes)
        tell(h, LIST_NOTE, str_head(path, 200), NOTE_TOO_DEEP, (Str){0});
    else if (!type_settle(h, dir, text, &type, &kind))
        tell_unreadable(h, path);
    else if (type == DT_DIR)
        *vec_push(&h->scratch, &h->folders) = arena_str(&h->scratch, path);
    else if (type == DT_LNK)
        symlink_put(h, dir, text, path);
    else if (type == DT_REG)
        entry_put(h, LIST_FILE, file_look(h, dir, text, path), name);
    else
        entry_put(h, kind, WISH_NOTHING, name);
}

static bool names_put(Hand *h, Fd dir, Str folder, ssize_t len)
{
    for (ssize_t at = 0; at < len;) {
        const struct dirent64 *d = (const struct dirent64 *)(const void *)(h->names + at);
        Str name = str_from(d->d_name);
        at += d->d_reclen;
        if (str_eq(name, STR(".")) || str_eq(name, STR("..")))
            continue;
        if (!count_entry(h))
            return false;
        name_put(h, dir, d->d_name, d->d_type);
        if (h->record.len > BATCH_BYTES) {
            record_end(h);
            record_begin(h, LIST_MORE, folder);
        }
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

/* What overlayfs says of a folder. */
static bool is_opaque(Hand *h, Fd fd, Str path)
{
    char value[8] = {0};
    if (h->root->folder.kind != LAYER_DIR_OVERLAY || !has_attributes(fd))
        return false;
    if (overlay_attribute(fd, "trusted.overlay.redirect", "user.overlay.redirect", value,
                          sizeof value))
        tell_unsupported(h, path, "redirect");
    if (!overlay_attribute(fd, "trusted.overlay.opaque", "user.overlay.opaque", value,
                           sizeof value))
        return false;
    if (value[0] == 'x')
        tell_unsupported(h, path, "whiteouts in attributes");
    return value[0] == 'y';
}

static bool is_too_deep(const Hand *h, Str path)
{
    uint32_t depth = path.len > 0;
    for (size_t i = 0; i < path.len; i++)
        depth += path.ptr[i] == '/';
    return depth > h->lister->limits->path_depth;
}

static void folder_list(Hand *h, Fd dir, Str path, const struct stat *st)
{
    ssize_t len = 0;
    record_begin(h, LIST_FOLDER, path);
    buf_varint(&h->record, st->st_mode & 07777);
    buf_u8(&h->record, is_opaque(h, dir, path));
    bool deep = is_too_deep(h, path);
    if (deep)
        tell(h, LIST_NOTE, str_head(path, 200), NOTE_TOO_DEEP, (Str){0});
    if (deep || (st->st_dev != h->root->device && is_kernel_view(dir))) {
        record_end(h);
        return;
    }
    buf_clear(&h->path);
    buf_put(&h->path, path);
    if (path.len)
        buf_put_char(&h->path, '/');
    h->folder_len = h->path.len;
    while ((len = getdents64(dir, h->names, NAMES_BUFFER)) > 0)
        if (!names_put(h, dir, path, len))
            break;
    if (len < 0)
        tell_unreadable(h, path);
    record_end(h);
}

static void task_do(Hand *h, const Task *task)
{
    struct stat st;
    h->root = task->root;
    h->opened += h->measured;
    const char *name = task->path.len ? arena_c_str(&h->scratch, task->path) : ".";
    Fd dir CLEANUP(fd_close) =
        beneath_open(task->root->folder.fd, name, O_RDONLY | O_DIRECTORY, BENEATH_NO_LINKS);
    if (dir >= 0 && fstat(dir, &st) == 0)
        folder_list(h, dir, task->path, &st);
    else
        tell_unreadable(h, task->path);
}

/* ---- threads ---- */

static void *hand_run(void *context);

/* Under the lock. */
static void thread_add(Lister *l)
{
    if (l->threads < READERS_MAX && !atomic_load(&l->stop) &&
        pthread_create(&l->others[l->threads], NULL, hand_run, l) == 0)
        l->threads++;
}

/* Under the lock: what was found goes on the stack, and threads come while there is work. */
static void task_done(Hand *h, const Root *root, bool waiting)
{
    Lister *l = h->lister;
    for (size_t i = h->folders.len; i-- > 0;)
        *vec_push(&l->arena, &l->waiting) = (Task){root, arena_str(&l->arena, h->folders.at[i])};
    l->busy--;
    if (waiting) {
        atomic_store(&l->cold, true);
        h->sleeps = h->opened = 0;
        l->most = READERS_MAX;
    }
    if (l->waiting.len > WORTH_A_THREAD && l->threads + 1 < l->most)
        thread_add(l);
    pthread_cond_broadcast(&l->moved);
}

/* Under the lock; false once there is nothing left. */
static bool task_take(Lister *l, Task *out)
{
    while (l->waiting.len == 0 && l->busy && !atomic_load(&l->stop))
        pthread_cond_wait(&l->moved, &l->lock);
    if (l->waiting.len == 0 || atomic_load(&l->stop))
        return false;
    *out = l->waiting.at[--l->waiting.len];
    l->busy++;
    return true;
}

static void work(Lister *l)
{
    Hand h = {.lister = l};
    Task task;
    h.names = arena_alloc(&h.scratch, NAMES_BUFFER);
    pthread_mutex_lock(&l->lock);
    while (task_take(l, &task)) {
        pthread_mutex_unlock(&l->lock);
        ArenaMark mark = arena_mark(&h.scratch);
        h.measured = h.tasks++ % MEASURED_EVERY == 0;
        long before = h.measured ? sleeps_now() : 0;
        task_do(&h, &task);
        if (h.measured)
            h.sleeps += sleeps_now() - before;
        pthread_mutex_lock(&l->lock);
        task_done(&h, task.root, h.sleeps >= SLEEPS && h.opened < h.sleeps * SLEEP_EVERY);
        h.folders.len = h.folders.cap = 0;
        arena_reset(&h.scratch, mark);
    }
    pthread_mutex_unlock(&l->lock);
    batch_send(&h);
    arena_fini(&h.scratch);
    buf_fini(&h.path);
    buf_fini(&h.record);
    buf_fini(&h.batch);
}

/* ThreadSanitizer takes the same number in two tables for one descriptor. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ONE_TABLE 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define ONE_TABLE 1
#endif

static void table_split(void)
{
#ifndef ONE_TABLE
    (void)!unshare(CLONE_FILES); /* where that is forbidden it is a little slower */
#endif
}

static void *hand_run(void *context)
{
    table_split();
    work(context);
    return NULL;
}

static size_t readers_at_first(void)
{
    size_t count = processor_count();
    return count < READERS_MAX ? count : READERS_MAX;
}

bool folders_list(const FolderRoot *roots, size_t count, const Limits *limits,
                  const FolderChoice *choice, FolderPut *put, void *self, Error *err)
{
    Lister l = {.limits = limits,
                .choice = choice,
                .put = put,
                .self = self,
                .putting = PTHREAD_MUTEX_INITIALIZER,
                .lock = PTHREAD_MUTEX_INITIALIZER,
                .moved = PTHREAD_COND_INITIALIZER,
                .most = readers_at_first()};
    Root *mine = arena_new_array(&l.arena, Root, count);
    l.roots = mine;
    l.root_count = count;
    for (size_t i = count; i-- > 0;) {
        struct stat st;
        mine[i] = (Root){roots[i], fstat(roots[i].fd, &st) == 0 ? st.st_dev : 0};
        *vec_push(&l.arena, &l.waiting) = (Task){&mine[i], {0}};
    }
    work(&l);
    /* Whoever is still there adds no more: there is nothing left. */
    for (size_t i = 0; i < l.threads; i++)
        pthread_join(l.others[i], NULL);
    arena_fini(&l.arena);
    if (l.err.code && err)
        *err = l.err;
    return !l.err.code;
}
