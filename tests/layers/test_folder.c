/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "layers/folder.h"
#include "layers/tree.h"
#include "test.h"

static bool take_bytes(void *self, const LayerEntry *entry, Str bytes, Error *err)
{
    Buf *lines = self;
    (void)err;
    buf_printf(lines, STR_FMT "=" STR_FMT ";", STR_ARG(entry->path), STR_ARG(bytes));
    return true;
}

static bool by_name(Str path)
{
    return str_ends(path, STR("wanted"));
}

static bool by_magic(Str path, Str first)
{
    (void)path;
    return str_eq(first, STR("LOOK"));
}

static bool is_data(Str path)
{
    return str_ends(path, STR(".js"));
}

static void file_make(Fd dir, const char *path, const char *text)
{
    Error err = {0};
    Fd fd CLEANUP(fd_close) = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    REQUIRE_OK(fd_write_all(fd, str_from(text), &err));
}

typedef struct Setup {
    Arena arena;
    Limits limits;
    Tree tree;
    Fd dir;
    Buf lines;
    LayerVisitor visitor; /* if it takes bytes; else they become lines */
    off_t cut;
    Error err;
} Setup;

static void setup_init(Setup *s)
{
    Error err = {0};
    *s = (Setup){.limits = LIMITS_DEFAULT, .dir = -1};
    tree_init(&s->tree, &s->limits, &s->arena);
    REQUIRE_OK(fd_open_dir_at(AT_FDCWD, test_folder(&s->arena), &s->dir, &err));
}

static void setup_fini(Setup *s)
{
    arena_fini(&s->arena);
    buf_fini(&s->lines);
    fd_close(&s->dir);
}

/* Both sides in one process. */
typedef struct Opener {
    FolderRoot root;
    FolderReach reach;
    Str paths[FOLDER_BATCH];
    size_t asked;
} Opener;

static bool files_ask(void *self, const Str *paths, size_t count, Error *err)
{
    Opener *opener = self;
    (void)err;
    CHECK(opener->asked == 0 && count > 0 && count <= FOLDER_BATCH);
    for (size_t i = 0; i < count; i++)
        opener->paths[i] = paths[i];
    opener->asked = count;
    return true;
}

static bool files_take(void *self, FolderFile *files, size_t count, Error *err)
{
    Opener *opener = self;
    (void)err;
    CHECK_INT(count, opener->asked);
    for (size_t i = 0; i < count; i++)
        files[i].how =
            folder_open_file(&opener->reach, &opener->root, opener->paths[i], &files[i].fd);
    opener->asked = 0;
    return true;
}

static bool list_put(void *self, Str batch, Error *err)
{
    return folder_listing_add(self, 1, batch, err);
}

static bool walk(Setup *s, LayerDirKind kind)
{
    static const FolderChoice choice = {by_name, by_magic, is_data};
    const LayerVisitor lines = {.self = &s->lines, .bytes = take_bytes};
    const LayerVisitor visitor = s->visitor.bytes ? s->visitor : lines;
    uint64_t entries = 0;
    LayerIndex *index = arena_new(&s->arena, LayerIndex);
    const LayerWalk w = {&s->limits, &s->arena, &entries, &visitor, NULL};
    FolderListing listing CLEANUP(folder_listing_fini) = {0};
    Opener opener = {.root = {.kind = kind, .fd = s->dir}, .reach = FOLDER_REACH_NONE};
    const FolderOpener open = {&opener, files_ask, files_take};
    CHECK(folders_list(&opener.root, 1, &s->limits, &choice, list_put, &listing, &s->err));
    bool ok = layer_walk_folder(&w, &listing, kind, &open, index, &s->err);
    folder_reach_close(&opener.reach);
    tree_add_layer(&s->tree, index, 0);
    for (size_t i = 0; i < index->len; i++)
        if (layer_index_at(index, i)->kind == LAYER_WHITEOUT)
            buf_printf(&s->lines, "w " STR_FMT ";", STR_ARG(layer_index_at(index, i)->path));
        else if (layer_index_at(index, i)->kind == LAYER_OPAQUE)
            buf_printf(&s->lines, "o " STR_FMT ";", STR_ARG(layer_index_at(index, i)->path));
    return ok;
}

TEST(directories_are_walked_without_leaving_them)
{
    Setup s CLEANUP(setup_fini);
    setup_init(&s);
    CHECK(mkdirat(s.dir, "a", 0755) == 0 && mkdirat(s.dir, "a/b", 0755) == 0);
    file_make(s.dir, "a/b/wanted", "W");
    file_make(s.dir, "a/b/other", "O");
    CHECK(symlinkat("/etc", s.dir, "out") == 0);
    CHECK(symlinkat("a/b", s.dir, "in") == 0);
    CHECK(mkfifoat(s.dir, "wanted", 0600) == 0);
    CHECK(walk(&s, LAYER_DIR_ROOTFS));
    CHECK_STR(buf_str(&s.lines), STR("a/b/wanted=W;"));
    CHECK(tree_find(&s.tree, STR("out/passwd")) == NULL);
    CHECK_INT(tree_find(&s.tree, STR("wanted"))->kind, LAYER_OTHER);
    CHECK_INT(tree_find(&s.tree, STR("a/b"))->entry->mode, 0755);
    const TreeNode *node = tree_resolve(&s.tree, STR("/in/wanted"), true);
    CHECK(node != NULL && node->entry->size == 1);
}

TEST(a_root_has_no_whiteouts_in_names)
{
    Setup s CLEANUP(setup_fini);
    setup_init(&s);
    file_make(s.dir, ".wh.x", "");
    CHECK(walk(&s, LAYER_DIR_ROOTFS));
    CHECK_INT(tree_find(&s.tree, STR(".wh.x"))->kind, LAYER_FILE);
    CHECK_STR(buf_str(&s.lines), STR(""));
}

TEST(rule_79_names_of_fuse_overlayfs)
{
    Setup s CLEANUP(setup_fini);
    setup_init(&s);
    CHECK(mkdirat(s.dir, "d", 0755) == 0);
    file_make(s.dir, "d/.wh..wh..opq", "");
    CHECK(walk(&s, LAYER_DIR_OVERLAY));
    CHECK_STR(buf_str(&s.lines), STR("o d;"));
}

TEST(rule_79_devices_are_whiteouts)
{
    Setup s CLEANUP(setup_fini);
    setup_init(&s);
    if (mknodat(s.dir, "gone", S_IFCHR | 0600, makedev(0, 0)) != 0)
        test_skip("this user may not make devices");
    CHECK(walk(&s, LAYER_DIR_OVERLAY));
    CHECK_STR(buf_str(&s.lines), STR("w gone;"));
}

static bool attribute_set(const Setup *s, const char *path, const char *name, const char *value)
{
    Fd fd CLEANUP(fd_close) = openat(s->dir, path, O_RDONLY | O_CLOEXEC);
    return fsetxattr(fd, name, value, strlen(value), 0) == 0;
}

TEST(rule_79_opaque_redirect_and_metacopy_attributes)
{
    static const struct {
        const char *name, *value, *lines, *why;
    } facts[] = {
        {"user.overlay.opaque", "y", "o d;d/wanted=W;", NULL},
        {"user.overlay.opaque", "n", "d/wanted=W;", NULL},
        {"user.overlay.opaque", "x", "", "\"d\": overlayfs whiteouts in attributes"},
        {"user.overlay.redirect", "/elsewhere", "", "\"d\": overlayfs redirect"},
    };
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        Setup s CLEANUP(setup_fini);
        setup_init(&s);
        CHECK(mkdirat(s.dir, "d", 0755) == 0);
        file_make(s.dir, "d/wanted", "W");
        if (!attribute_set(&s, "d", facts[i].name, facts[i].value))
            test_skip("no user attributes in the temporary folder");
        CHECK_INT(walk(&s, LAYER_DIR_OVERLAY), facts[i].why == NULL);
        CHECK_INT(str_contains(buf_str(&s.lines), STR("o d;")), facts[i].lines[0] == 'o');
        if (facts[i].why)
            CHECK(str_starts(error_message(&s.err), str_from(facts[i].why)));
    }
    Setup s CLEANUP(setup_fini);
    setup_init(&s);
    file_make(s.dir, "wanted", "W");
    CHECK(attribute_set(&s, "wanted", "user.overlay.metacopy", ""));
    CHECK(!walk(&s, LAYER_DIR_OVERLAY));
    CHECK_INT(s.err.code, ERR_UNSUPPORTED);
}

/* Its name says nothing, and its content is not there: it may be anything. */
TEST(rule_79_metacopy_of_a_file_that_nobody_wants_by_name)
{
    Setup s CLEANUP(setup_fini);
    setup_init(&s);
    file_make(s.dir, "b", "");
    file_make(s.dir, "a", "");
    if (!attribute_set(&s, "a", "user.overlay.metacopy", "") ||
        !attribute_set(&s, "b", "user.overlay.metacopy", ""))
        test_skip("no user attributes in the temporary folder");
    CHECK(!walk(&s, LAYER_DIR_OVERLAY));
    CHECK(str_starts(error_message(&s.err), STR("\"a\": overlayfs metacopy")));
}

TEST(four_bytes_choose_what_is_read)
{
    Setup s CLEANUP(setup_fini);
    setup_init(&s);
    file_make(s.dir, "a", "LOOK here");
    file_make(s.dir, "b", "LOO");
    file_make(s.dir, "c", "no LOOK");
    file_make(s.dir, "d", "LOOK");
    CHECK(walk(&s, LAYER_DIR_ROOTFS));
    CHECK_STR(buf_str(&s.lines), STR("a=LOOK here;d=LOOK;"));
}

/* More folders than one thread keeps to itself, and more files than one request holds. */
TEST(the_order_is_that_of_the_folders)
{
    Setup s CLEANUP(setup_fini);
    Buf want CLEANUP(buf_fini) = {0};
    setup_init(&s);
    for (int i = 0; i < 150; i++) {
        Str folder = arena_printf(&s.arena, "%03d", i);
        Str deeper = arena_printf(&s.arena, "%03d/%d", i, i * 7 % 10);
        Str file = arena_printf(&s.arena, STR_FMT "/wanted", STR_ARG(deeper));
        CHECK(mkdirat(s.dir, arena_c_str(&s.arena, folder), 0755) == 0);
        CHECK(mkdirat(s.dir, arena_c_str(&s.arena, deeper), 0755) == 0);
        file_make(s.dir, arena_c_str(&s.arena, file), "W");
        buf_printf(&want, STR_FMT "=W;", STR_ARG(file));
    }
    CHECK(walk(&s, LAYER_DIR_ROOTFS));
    CHECK_STR(buf_str(&s.lines), buf_str(&want));
}

/* Deeper than a path can name: named, and all above is there. */
TEST(a_tree_deeper_than_any_path)
{
    Setup s CLEANUP(setup_fini);
    char name[201];
    setup_init(&s);
    memset(name, 'd', 200);
    name[200] = 0;
    Fd at CLEANUP(fd_close) = dup(s.dir);
    for (int i = 0; i < 40; i++) {
        CHECK(mkdirat(at, name, 0755) == 0);
        Fd next = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        fd_close(&at);
        at = next;
    }
    file_make(at, "wanted", "W");
    file_make(s.dir, "wanted", "W");
    CHECK(walk(&s, LAYER_DIR_ROOTFS));
    CHECK_STR(buf_str(&s.lines), STR("wanted=W;"));
}

TEST(a_list_of_more_than_there_may_be)
{
    Setup s CLEANUP(setup_fini);
    setup_init(&s);
    s.limits.entries = 2;
    file_make(s.dir, "1", "");
    file_make(s.dir, "2", "");
    file_make(s.dir, "3", "");
    CHECK(!walk(&s, LAYER_DIR_ROOTFS));
    CHECK_INT(s.err.code, ERR_LIMIT);
}

static bool put_fail(void *self, Str batch, Error *err)
{
    (void)self, (void)batch;
    return error_set(err, ERR_IO, "nobody listens");
}

TEST(a_list_that_nobody_takes)
{
    Setup s CLEANUP(setup_fini);
    setup_init(&s);
    file_make(s.dir, "1", "");
    const FolderRoot root = {.fd = s.dir};
    CHECK(!folders_list(&root, 1, &s.limits, &(FolderChoice){0}, put_fail, NULL, &s.err));
    CHECK_STR(error_message(&s.err), STR("nobody listens"));
}

TEST(a_list_that_is_none)
{
    static const Str bad[] = {STR_INIT("\x05"), STR_INIT("\x03\x00\x07\x00"),
                              STR_INIT("\x03\x01\x00\x00"), STR_INIT("\x03\x00\x00\x09")};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        FolderListing listing CLEANUP(folder_listing_fini) = {0};
        Error err = {0};
        CHECK(!folder_listing_add(&listing, 1, bad[i], &err));
        CHECK_INT(err.code, ERR_INTERNAL);
    }
}

/* What a parser asks for is opened by no link, and never if it is a device or a pipe. */
TEST(files_are_opened_inside_and_only_files)
{
    static const char *const gone[] = {"out", "out/passwd", "in/wanted", "pipe",
                                       "d",   "absent",     "d/absent",  "d/wanted/x"};
    Setup s CLEANUP(setup_fini);
    FolderReach reach = FOLDER_REACH_NONE;
    Fd fd;
    setup_init(&s);
    CHECK(mkdirat(s.dir, "d", 0755) == 0);
    file_make(s.dir, "d/wanted", "W");
    CHECK(symlinkat("/etc", s.dir, "out") == 0);
    CHECK(symlinkat("d", s.dir, "in") == 0);
    CHECK(mkfifoat(s.dir, "pipe", 0600) == 0);
    const FolderRoot root = {.fd = s.dir};
    for (size_t i = 0; i < COUNT_OF(gone); i++) {
        CHECK_INT(folder_open_file(&reach, &root, str_from(gone[i]), &fd), FOLDER_GONE);
        CHECK_INT(fd, -1);
    }
    CHECK_INT(folder_open_file(&reach, &root, STR("d/wanted"), &fd), FOLDER_OPEN);
    fd_close(&fd);
    folder_reach_close(&reach);
}

/* A name that says data is believed, unless somebody may execute the file. */
TEST(data_by_its_name_is_not_looked_at)
{
    static const struct {
        const char *path;
        mode_t mode;
    } rows[] = {
        {"1/a.js", 0644}, {"2/b.js", 0755}, {"3/c.js", 0654}, {"4/d", 0644}, {"5/e.js.d", 0600}};
    Setup s CLEANUP(setup_fini);
    setup_init(&s);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK(mkdirat(s.dir, (char[]){rows[i].path[0], 0}, 0755) == 0);
        file_make(s.dir, rows[i].path, "LOOK");
        CHECK(fchmodat(s.dir, rows[i].path, rows[i].mode, 0) == 0);
    }
    CHECK(walk(&s, LAYER_DIR_ROOTFS));
    CHECK_STR(buf_str(&s.lines), STR("2/b.js=LOOK;3/c.js=LOOK;4/d=LOOK;5/e.js.d=LOOK;"));
}

static bool sum_bytes(void *self, const LayerEntry *entry, Str bytes, Error *err)
{
    Buf *lines = self;
    unsigned sum = 0;
    (void)err;
    for (size_t i = 0; i < bytes.len; i++)
        sum += (unsigned char)bytes.ptr[i];
    buf_printf(lines, STR_FMT "=%zu,%u;", STR_ARG(entry->path), bytes.len, sum);
    return true;
}

/* In the folder of an engine they are mapped, in a root they are read: both see the same. */
TEST(large_files_are_the_same_mapped_and_read)
{
    for (LayerDirKind kind = LAYER_DIR_ROOTFS; kind <= LAYER_DIR_OVERLAY; kind++) {
        Setup s CLEANUP(setup_fini);
        setup_init(&s);
        Str large = {arena_alloc(&s.arena, 3 << 20), 3 << 20};
        Fd fd CLEANUP(fd_close) = openat(s.dir, "wanted", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        CHECK(fd_write_all(fd, large, NULL));
        CHECK(pwrite(fd, "\1", 1, 0) == 1 && pwrite(fd, "\2", 1, (3 << 20) - 1) == 1);
        CHECK(mkdirat(s.dir, "d", 0755) == 0);
        file_make(s.dir, "d/wanted", "\3");
        s.visitor = (LayerVisitor){.self = &s.lines, .bytes = sum_bytes};
        CHECK(walk(&s, kind));
        CHECK_STR(buf_str(&s.lines), STR("wanted=3145728,3;d/wanted=1,3;"));
    }
}

static bool cut_bytes(void *self, const LayerEntry *entry, Str bytes, Error *err)
{
    const Setup *s = self;
    (void)entry, (void)err;
    CHECK(bytes.len == 1 << 20);
    Fd fd CLEANUP(fd_close) = openat(s->dir, "wanted", O_WRONLY | O_CLOEXEC);
    CHECK(ftruncate(fd, s->cut) == 0);
    CHECK_INT(bytes.ptr[100], 7);
    for (size_t i = (size_t)s->cut + 4096; i < bytes.len; i += 1 << 10)
        CHECK_INT(bytes.ptr[i], 0);
    return true;
}

static void take_note(void *self, Str path, uint64_t offset, const char *what, bool incomplete)
{
    Setup *s = self;
    CHECK(offset == 0 && incomplete);
    buf_printf(&s->lines, STR_FMT ": %s;", STR_ARG(path), what);
}

/* A mapped file that is cut off while it is looked at kills nobody. */
TEST(a_file_that_shrinks_under_the_reader)
{
    const off_t cuts[] = {100 << 10, (1 << 20) - 1}; /* the second one makes no fault */
    for (size_t i = 0; i < COUNT_OF(cuts); i++) {
        Setup s CLEANUP(setup_fini);
        setup_init(&s);
        Str large = {memset(arena_alloc(&s.arena, 1 << 20), 7, 1 << 20), 1 << 20};
        Fd fd CLEANUP(fd_close) = openat(s.dir, "wanted", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        CHECK(fd_write_all(fd, large, NULL));
        s.cut = cuts[i];
        s.visitor = (LayerVisitor){.self = &s, .bytes = cut_bytes, .note = take_note};
        CHECK(walk(&s, LAYER_DIR_OVERLAY));
        CHECK_STR(buf_str(&s.lines), STR("wanted: cannot be read to its end;"));
    }
}

static bool list_put_two(void *self, Str batch, Error *err)
{
    return folder_listing_add(self, 2, batch, err);
}

/* Whoever ends the listing leaves other folders half listed, or not at all. */
TEST(one_folder_beyond_the_limit_fails_all)
{
    Setup s CLEANUP(setup_fini);
    setup_init(&s);
    s.limits.entries = 300;
    CHECK(mkdirat(s.dir, "small", 0755) == 0 && mkdirat(s.dir, "large", 0755) == 0);
    file_make(s.dir, "small/wanted", "W");
    for (unsigned i = 0; i < 1000; i++)
        CHECK(mkdirat(s.dir, arena_c_str(&s.arena, arena_printf(&s.arena, "large/%u", i)), 0755) ==
              0);
    Fd large CLEANUP(fd_close) = openat(s.dir, "large", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    Fd small CLEANUP(fd_close) = openat(s.dir, "small", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const FolderRoot roots[] = {{.number = 0, .fd = large}, {.number = 1, .fd = small}};
    const FolderChoice choice = {.by_name = by_name};
    FolderListing listings[2] = {0};
    CHECK(folders_list(roots, 2, &s.limits, &choice, list_put_two, listings, &s.err));
    for (size_t i = 0; i < COUNT_OF(roots); i++) {
        uint64_t entries = 0;
        Error err = {0};
        LayerIndex index;
        const LayerWalk w = {&s.limits, &s.arena, &entries, NULL, NULL};
        CHECK(!layer_walk_folder(&w, &listings[i], LAYER_DIR_ROOTFS, NULL, &index, &err));
        CHECK_INT(err.code, ERR_LIMIT);
        CHECK_STR(error_message(&err), STR("more than 300 entries in the image"));
        folder_listing_fini(&listings[i]);
    }
}
