/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/tree.h"
#include "test.h"

/* Layers as lines, "kind path [link]"; a blank line begins the next layer. */
typedef struct Image {
    Arena arena;
    Limits limits;
    Tree tree;
} Image;

static void image_fini(Image *image)
{
    arena_fini(&image->arena);
}

static void entry_line(Image *image, LayerIndex *index, Str line)
{
    static const char kinds[] = "-dlhwo?";
    Str path, link;
    str_cut(str_from_pos(line, 2), ' ', &path, &link);
    *layer_index_push(&image->arena, index) =
        (LayerEntry){.kind = (LayerEntryKind)str_find_char(str_from(kinds), str_at(line, 0)),
                     .path = path,
                     .link = link};
}

static void image_init(Image *image, const char *layers)
{
    Str rest = str_from(layers), line;
    uint32_t number = 0;
    *image = (Image){.limits = LIMITS_DEFAULT};
    tree_init(&image->tree, &image->limits, &image->arena);
    while (rest.len) {
        LayerIndex *index = arena_new(&image->arena, LayerIndex);
        while (str_next_line(&rest, &line) && line.len)
            entry_line(image, index, line);
        tree_add_layer(&image->tree, index, number++);
    }
}

/* "path=layer", a space between. */
static Str listing(Image *image)
{
    Buf out CLEANUP(buf_fini) = {0};
    const TreeNode *node;
    for (uint32_t at = 0; (node = tree_next(&image->tree, &at));) {
        Str path = tree_path(&image->tree, node, &image->arena);
        buf_printf(&out, "%s" STR_FMT "=%u", out.len ? " " : "", STR_ARG(path), node->layer);
        CHECK(tree_find(&image->tree, path) == node);
    }
    return arena_str(&image->arena, buf_str(&out));
}

static const struct {
    const char *layers, *want;
} merges[] = {
    /* negative first: a whiteout does not touch its own layer, wherever it stands (rule 55) */
    {"- a/f\nw a/f\n", "a=0 a/f=0"},
    {"w a/f\n- a/f\n", "a=0 a/f=0"},
    {"- a/f\n- a/g\n\nw a/f\n", "a=0 a/g=0"},
    {"- a/f\n- a/g\n\nw a\n", ""},
    {"- a/f\n\n- a/g\nw a\n", "a=1 a/g=1"},
    {"- a/f\n\n- a/g\no a\n", "a=0 a/g=1"},
    {"- a/f\n- a/s/g\n\no a\n- a/g\n", "a=0 a/g=1"},
    {"d a\n- a/f\n\nd a\no a\n- a/f\n", "a=1 a/f=1"},
    {"- a\n- b/c\n\no \n- n\n", "n=1"},
    {"w nowhere\no nowhere\n- a\n", "a=0"},
    {"- a\n\nw a\n\n- a\n", "a=2"},
    {"- a/f\n\nw a\n\n- a/g\n", "a=2 a/g=2"},
    /* duplicates: the last holds (rule 58) */
    {"- a\nl a b\n", "a=0"},
    /* a file replaces a folder and all in it, and the other way round */
    {"- a/b/c\n\n- a\n", "a=1"},
    {"- a\n\n- a/b\n", "a=1 a/b=1"},
    {"- a/b\n- a\n- a/c\n", "a=0 a/c=0"},
    {"- a\n\nd a\n- a/b\n", "a=1 a/b=1"},
    {"d a\n- a/b\n\nd a\n", "a=1 a/b=0"},
    /* through a symlink both readings hold */
    {"l lib usr/lib\n- usr/lib/x\n\n- lib/y\n", "lib=0 usr=0 usr/lib=0 usr/lib/x=0 lib/y=1"},
    {"l var/run ../run\n\nd var/run\n- var/run/console\n", "var=0 var/run=1 var/run/console=1"},
};

TEST(layers_merge)
{
    for (size_t i = 0; i < COUNT_OF(merges); i++) {
        Image image CLEANUP(image_fini);
        image_init(&image, merges[i].layers);
        CHECK_STR(listing(&image), str_from(merges[i].want));
    }
}

/* Hard links: path, then where its content is ("" for nowhere). Rule 57. */
static const struct {
    const char *layers, *path, *content;
    uint32_t layer;
} hard_links[] = {
    {"h a nowhere\n", "a", "", 0},
    {"h a a\n", "a", "", 0},
    {"h a b\nh b a\n", "a", "", 0},
    {"d d\nh a d\n", "a", "", 0},
    {"- b\nh a b\n", "a", "b", 0},
    {"- b\nh c b\nh a c\n", "a", "b", 0},
    {"h a c\nh c b\n- b\n", "a", "b", 0},
    {"- b\n\nh a b\n", "a", "b", 0},
    {"- b\n\nh a b\n\nw b\n", "a", "b", 0},
    {"- b\n\nh a b\n\n- b\n", "a", "b", 0},
    {"- b\n\nh b b\n", "b", "b", 0},
    {"- b\n\n- b\nh a b\n", "a", "b", 1},
    {"l lib usr/lib\n- usr/lib/x\n\nh a lib/x\n", "a", "usr/lib/x", 0},
};

TEST(rule_57_hard_links_find_their_content)
{
    for (size_t i = 0; i < COUNT_OF(hard_links); i++) {
        Image image CLEANUP(image_fini);
        image_init(&image, hard_links[i].layers);
        const TreeNode *node = tree_find(&image.tree, str_from(hard_links[i].path));
        CHECK(node != NULL);
        if (!node)
            continue;
        CHECK_STR(node->content ? node->content->path : (Str){0}, str_from(hard_links[i].content));
        CHECK_INT(node->content_layer, hard_links[i].layer);
        CHECK_INT(node->kind, node->content ? LAYER_FILE : LAYER_HARDLINK);
    }
}

/* Links: path, whether the last is followed, where it leads ("!" nowhere). */
static const char links[] = "l loop1 loop2\nl loop2 loop1\nl self self/x\nl lib usr/lib\n"
                            "- usr/lib/x\nl abs /usr/lib/x\nl up ../../../../usr/lib/x\n"
                            "l usr/rel ./lib//x\nl usr/share/up ../lib\nl dangling none\n"
                            "l c1 c2\nl c2 c3\nl c3 abs\nh hard abs\n- lib/only\nl root /\n";
static const struct {
    const char *path, *want;
    bool last;
} resolves[] = {
    {"loop1", "!", true},
    {"self", "!", true},
    {"loop1/x", "!", false},
    {"dangling", "!", true},
    {"none", "!", true},
    {"usr/lib/x/y", "!", true},
    {"dangling", "dangling", false},
    {"lib", "lib", false},
    {"lib", "usr/lib", true},
    {"lib/x", "usr/lib/x", false},
    {"/lib/./x", "usr/lib/x", true},
    {"abs", "usr/lib/x", true},
    {"up", "usr/lib/x", true},
    {"usr/rel", "usr/lib/x", true},
    {"usr/share/up/x", "usr/lib/x", true},
    {"../../usr/lib/../lib/x", "usr/lib/x", true},
    {"c1", "usr/lib/x", true},
    {"hard", "usr/lib/x", true},
    {"lib/only", "lib/only", true},
    {"root/root/lib/x", "usr/lib/x", true},
};

TEST(links_are_resolved_inside_the_image)
{
    Image image CLEANUP(image_fini);
    image_init(&image, links);
    for (size_t i = 0; i < COUNT_OF(resolves); i++) {
        const TreeNode *node =
            tree_resolve(&image.tree, str_from(resolves[i].path), resolves[i].last);
        CHECK_STR(node ? tree_path(&image.tree, node, &image.arena) : STR("!"),
                  str_from(resolves[i].want));
    }
    CHECK(tree_resolve(&image.tree, STR("root"), true) == tree_find(&image.tree, STR("")));
}

TEST(long_chains_of_links_meet_the_limit)
{
    Image image CLEANUP(image_fini);
    Buf lines CLEANUP(buf_fini) = {0};
    for (int i = 0; i < 50; i++)
        buf_printf(&lines, "l c%d c%d\n", i, i + 1);
    buf_put(&lines, STR("- c50\n"));
    buf_put_char(&lines, 0);
    image_init(&image, lines.ptr);
    CHECK(tree_resolve(&image.tree, STR("c5"), true) == NULL);
    CHECK(tree_resolve(&image.tree, STR("c10"), true) == tree_find(&image.tree, STR("c50")));
}

TEST(many_layers_that_empty_one_folder_stay_cheap)
{
    Image image CLEANUP(image_fini);
    image_init(&image, "");
    for (uint32_t layer = 0; layer < 200; layer++) {
        LayerIndex *index = arena_new(&image.arena, LayerIndex);
        for (int i = 0; i < 1000; i++) {
            *layer_index_push(&image.arena, index) =
                (LayerEntry){.kind = LAYER_FILE, .path = arena_printf(&image.arena, "d/%d", i)};
            *layer_index_push(&image.arena, index) =
                (LayerEntry){.kind = LAYER_OPAQUE, .path = STR("d")};
        }
        tree_add_layer(&image.tree, index, layer);
    }
    CHECK_INT(image.tree.len, 1002);
    CHECK_INT(tree_find(&image.tree, STR("d/999"))->layer, 199);
}
