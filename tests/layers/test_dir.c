/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "layers/tree.h"
#include "test.h"

static bool take_bytes(void *self, const LayerEntry *entry, Str bytes, Error *err)
{
    Buf *lines = self;
    (void)err;
    buf_printf(lines, STR_FMT "=" STR_FMT ";", STR_ARG(entry->path), STR_ARG(bytes));
    return true;
}

static LayerInterest by_name(void *self, const LayerEntry *entry)
{
    (void)self;
    return str_ends(entry->path, STR("wanted")) ? LAYER_TAKE : LAYER_SKIP;
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

static bool walk(Setup *s, LayerDirKind kind)
{
    const LayerVisitor visitor = {.self = &s->lines, .interest = by_name, .bytes = take_bytes};
    uint64_t entries = 0;
    LayerIndex *index = arena_new(&s->arena, LayerIndex);
    const LayerWalk w = {&s->limits, &s->arena, &entries, &visitor};
    bool ok = layer_walk_dir(&w, s->dir, kind, index, &s->err);
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
