/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/codec.h"
#include "base/fd.h"
#include "image.h"
#include "inventory/joined.h"
#include "inventory/wire.h"

#define IMAGE(name)                                                                                \
    Image name CLEANUP(image_fini);                                                                \
    image_init(&name)

static const char debian[] = "ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n";

TEST(an_empty_image_has_nothing)
{
    IMAGE(image);
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 0);
    CHECK_STR(image.out.subject.os.id, STR(""));
}

TEST(what_a_later_layer_hides_is_gone)
{
    IMAGE(image);
    IMAGE_LAYER(
        &image,
        {LAYER_FILE, "srv/node_modules/a/package.json", "{\"name\":\"a\",\"version\":\"1.0.0\"}"},
        {LAYER_FILE, "srv/node_modules/b/package.json", "{\"name\":\"b\",\"version\":\"1.0.0\"}"},
        {LAYER_FILE, "etc/os-release", debian}, {LAYER_FILE, "var/lib/rpm/Packages", "garbage"});
    IMAGE_LAYER(&image, {LAYER_WHITEOUT, "srv/node_modules/a", NULL},
                {LAYER_WHITEOUT, "etc/os-release", NULL},
                {LAYER_WHITEOUT, "var/lib/rpm/Packages", NULL});
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 1);
    CHECK(image_find(&image, STR("b")) != NULL);
    CHECK_STR(image.out.subject.os.id, STR(""));
    CHECK_INT(image.out.incomplete.len, 0);
}

TEST(rule_59_the_layer_that_brought_it)
{
    IMAGE(image);
    IMAGE_LAYER(&image, {LAYER_FILE, "var/lib/dpkg/status",
                         "Package: a\nVersion: 1\n\nPackage: b\nVersion: 1\n\n"
                         "Package: gone\nVersion: 1\n\nPackage: back\nVersion: 1\n"});
    IMAGE_LAYER(&image, {LAYER_FILE, "var/lib/dpkg/status",
                         "Package: a\nVersion: 1\n\nPackage: b\nVersion: 2\n\n"});
    IMAGE_LAYER(&image, {LAYER_FILE, "etc/other", "x"});
    IMAGE_LAYER(&image, {LAYER_FILE, "var/lib/dpkg/status",
                         "Package: a\nVersion: 1\n\nPackage: b\nVersion: 2\n\n"
                         "Package: c\nVersion: 1\n\nPackage: back\nVersion: 1\n"});
    image_assemble(&image);
    CHECK(image_find(&image, STR("gone")) == NULL);
    CHECK_INT(image_find(&image, STR("a"))->layer, 0);
    CHECK_INT(image_find(&image, STR("b"))->layer, 1);
    CHECK_INT(image_find(&image, STR("c"))->layer, 3);
    CHECK_INT(image_find(&image, STR("back"))->layer, 3);
    CHECK_INT(image.out.packages.len, 4);
}

TEST(rule_59_per_file_databases)
{
    IMAGE(image);
    IMAGE_LAYER(&image, {LAYER_FILE, "var/lib/dpkg/status.d/a", "Package: a\nVersion: 1\n"},
                {LAYER_FILE, "var/lib/dpkg/status.d/b", "Package: b\nVersion: 1\n"});
    IMAGE_LAYER(&image, {LAYER_FILE, "var/lib/dpkg/status.d/a", "Package: a\nVersion: 1\n"},
                {LAYER_FILE, "var/lib/dpkg/status.d/b", "Package: b\nVersion: 2\n"});
    image_assemble(&image);
    CHECK_INT(image_find(&image, STR("a"))->layer, 0);
    CHECK_INT(image_find(&image, STR("b"))->layer, 1);
}

TEST(rule_4_one_deb_from_two_places_is_one)
{
    IMAGE(image);
    IMAGE_LAYER(&image, {LAYER_FILE, "var/lib/dpkg/status", "Package: a\nVersion: 1\n"},
                {LAYER_FILE, "var/lib/dpkg/status.d/a", "Package: a\nVersion: 1\n"},
                {LAYER_FILE, "var/lib/dpkg/status.d/other", "Package: a\nVersion: 2\n"});
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 2);
    CHECK_INT(image.out.packages.at[0].paths.len, 2);
    CHECK(!str_eq(image.out.packages.at[0].id, image.out.packages.at[1].id));
}

TEST(rule_35_owners_across_layers_and_links)
{
    IMAGE(image);
    static const char npm[] = "{\"name\":\"semver\",\"version\":\"7.0.0\"}";
    IMAGE_LAYER(&image, {LAYER_SYMLINK, "lib", "usr/lib"}, {LAYER_FILE, "etc/os-release", debian},
                {LAYER_FILE, "usr/lib/node_modules/semver/package.json", npm},
                {LAYER_FILE, "srv/node_modules/semver/package.json", npm});
    IMAGE_LAYER(&image,
                {LAYER_FILE, "var/lib/dpkg/status",
                 "Package: node-semver\nArchitecture: all\nVersion: 7.0.0-1\n"},
                {LAYER_FILE, "var/lib/dpkg/info/node-semver.list",
                 "/.\n/lib\n/lib/node_modules/semver/package.json\n"});
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 3);
    const Package *owned = &image.out.packages.at[2], *free_one = &image.out.packages.at[1];
    CHECK_STR(free_one->paths.at[0], STR("srv/node_modules/semver/package.json"));
    CHECK(free_one->owner == PACKAGE_NONE);
    CHECK_STR(owned->paths.at[0], STR("usr/lib/node_modules/semver/package.json"));
    CHECK_INT(owned->owner, 0);
    CHECK_STR(image.out.packages.at[0].name, STR("node-semver"));
}

TEST(rule_36_third_parties_and_removed_packages_own_nothing)
{
    static const char npm[] = "{\"name\":\"a\",\"version\":\"1.0.0\"}";
    static const char *const status[] = {
        "Package: nodejs\nVersion: 20.1-1nodesource1\nMaintainer: x\n",
        "Package: nodejs\nStatus: deinstall ok config-files\nVersion: 20\n",
        "Package: nodejs\nVersion: 20\nMaintainer: Debian <d@debian.org>\n",
    };
    for (size_t i = 0; i < COUNT_OF(status); i++) {
        IMAGE(image);
        IMAGE_LAYER(&image, {LAYER_FILE, "var/lib/dpkg/status", status[i]},
                    {LAYER_FILE, "usr/lib/node_modules/a/package.json", npm},
                    {LAYER_FILE, "var/lib/dpkg/info/nodejs.list",
                     "/usr/lib/node_modules/a/package.json\n"});
        image_assemble(&image);
        CHECK_INT(image_find(&image, STR("a"))->owner == PACKAGE_NONE, i < 2);
    }
}

TEST(rule_3_md5sums_of_distroless_own)
{
    IMAGE(image);
    IMAGE_LAYER(&image,
                {LAYER_FILE, "var/lib/dpkg/status.d/abc", "Package: python3-x\nVersion: 1\n"},
                {LAYER_FILE, "var/lib/dpkg/status.d/abc.md5sums",
                 "d41d8cd98f00b204e9800998ecf8427e  usr/lib/node_modules/a/package.json\n"},
                {LAYER_FILE, "usr/lib/node_modules/a/package.json",
                 "{\"name\":\"a\",\"version\":\"1.0.0\"}"});
    image_assemble(&image);
    CHECK_INT(image_find(&image, STR("a"))->owner, 0);
}

TEST(one_identity_in_two_places_is_one_package)
{
    IMAGE(image);
    static const char npm[] = "{\"name\":\"a\",\"version\":\"1.0.0\"}";
    IMAGE_LAYER(&image, {LAYER_FILE, "z/node_modules/a/package.json", npm});
    IMAGE_LAYER(&image, {LAYER_FILE, "b/node_modules/a/package.json", npm});
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 1);
    const Package *p = &image.out.packages.at[0];
    CHECK_INT(p->paths.len, 2);
    CHECK_STR(p->paths.at[0], STR("b/node_modules/a/package.json"));
    CHECK_INT(p->layer, 0);
    CHECK_STR(p->id, STR("pkg:npm/a@1.0.0"));
}

TEST(many_copies_of_one_package)
{
    enum { COPIES = 100000 }; /* each beside each is more than a test may take */
    IMAGE(image);
    ImageEntry *entries = arena_new_array(&image.arena, ImageEntry, COPIES);
    for (int i = 0; i < COPIES; i++) {
        Str path = arena_printf(&image.arena, "srv/%d/node_modules/a/package.json", COPIES - i);
        entries[i] = (ImageEntry){LAYER_FILE, arena_c_str(&image.arena, path),
                                  "{\"name\":\"a\",\"version\":\"1.0.0\"}"};
    }
    image_layer(&image, entries, COPIES);
    image_layer(&image, entries, 1);
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 1);
    CHECK_INT(image.out.packages.at[0].paths.len, COPIES);
    CHECK_STR(image.out.packages.at[0].paths.at[0], STR("srv/1/node_modules/a/package.json"));
}

TEST(equal_packages_of_many_owners_have_ids_of_their_own)
{
    IMAGE(image);
    static const char npm[] = "{\"name\":\"a\",\"version\":\"1.0.0\"}";
    IMAGE_LAYER(
        &image,
        {LAYER_FILE, "var/lib/dpkg/status", "Package: x\nVersion: 1\n\nPackage: y\nVersion: 1\n"},
        {LAYER_FILE, "var/lib/dpkg/info/x.list", "/x/node_modules/a/package.json\n"},
        {LAYER_FILE, "var/lib/dpkg/info/y.list", "/y/node_modules/a/package.json\n"},
        {LAYER_FILE, "x/node_modules/a/package.json", npm},
        {LAYER_FILE, "y/node_modules/a/package.json", npm},
        {LAYER_FILE, "z/node_modules/a/package.json", npm});
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 5);
    CHECK_STR(image.out.packages.at[2].id, STR("pkg:npm/a@1.0.0"));
    CHECK_STR(image.out.packages.at[3].id, STR("pkg:npm/a@1.0.0#2"));
    CHECK_STR(image.out.packages.at[4].id, STR("pkg:npm/a@1.0.0#3"));
}

TEST(licences_of_a_linked_doc_folder)
{
    IMAGE(image);
    IMAGE_LAYER(&image,
                {LAYER_FILE, "var/lib/dpkg/status",
                 "Package: gcc-12-base\nVersion: 12\n\nPackage: libgcc-s1\nVersion: 12\n"},
                {LAYER_FILE, "usr/share/doc/gcc-12-base/copyright",
                 "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
                 "\nLicense: GPL-3\n"},
                {LAYER_SYMLINK, "usr/share/doc/libgcc-s1", "gcc-12-base"});
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 2);
    for (size_t i = 0; i < 2; i++) {
        CHECK_INT(image.out.packages.at[i].licences.len, 1);
        CHECK_STR(image.out.packages.at[i].licences.at[0], STR("GPL-3"));
    }
}

TEST(rule_62_the_order_of_entries_means_nothing)
{
    static const char npm[] = "{\"name\":\"a\",\"version\":\"1.0.0\"}";
    static const ImageEntry entries[] = {
        {LAYER_FILE, "z/node_modules/a/package.json", npm},
        {LAYER_FILE, "b/node_modules/a/package.json", npm},
        {LAYER_FILE, "etc/os-release", debian},
        {LAYER_FILE, "var/lib/dpkg/status", "Package: b\nVersion: 1\n\nPackage: a\nVersion: 2\n"},
        {LAYER_FILE, "var/lib/dpkg/status.d/a", "Package: a\nVersion: 2\n\nbad\n"},
        {LAYER_FILE, "var/lib/rpm/Packages", "garbage"},
    };
    ImageEntry reversed[COUNT_OF(entries)];
    for (size_t i = 0; i < COUNT_OF(entries); i++)
        reversed[i] = entries[COUNT_OF(entries) - 1 - i];
    IMAGE(one);
    IMAGE(other);
    image_layer(&one, entries, COUNT_OF(entries));
    image_layer(&other, reversed, COUNT_OF(reversed));
    image_assemble(&one);
    image_assemble(&other);
    Buf left CLEANUP(buf_fini) = {0}, right CLEANUP(buf_fini) = {0};
    inventory_encode(&one.out, &left);
    inventory_encode(&other.out, &right);
    CHECK(str_eq(buf_str(&left), buf_str(&right)));
    CHECK_INT(one.out.packages.len, 3);
    CHECK_INT(one.out.incomplete.len, 2);
}

TEST(too_many_packages_are_told)
{
    IMAGE(image);
    image.limits.packages = 1;
    IMAGE_LAYER(&image, {LAYER_FILE, "var/lib/dpkg/status",
                         "Package: a\nVersion: 1\n\nPackage: b\nVersion: 1\n"});
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 1);
    CHECK_INT(image.out.incomplete.len, 1);
}

/* The second pass, over the same entries. */
static void read_missing(Image *image, const MissingFileVec *files, uint32_t layer,
                         const ImageEntry *entries, size_t count)
{
    MissingWalk walk = {.files = files, .layer = layer, .result = image->layers[layer]};
    LayerVisitor visitor = missing_visitor(&walk);
    for (size_t i = 0; i < count; i++) {
        LayerEntry entry = {.kind = entries[i].kind, .path = str_from(entries[i].path)};
        image_visit(&visitor, &entry, str_from(entries[i].text));
    }
}

TEST(contents_that_only_a_link_names)
{
    static const ImageEntry below[] = {
        {LAYER_FILE, "x/release", "ID=debian\nVERSION_ID=12\n"},
        {LAYER_FILE, "opt/status", "Package: a\nVersion: 1\n"},
        {LAYER_FILE, "data/status.d/b", "Package: b\nVersion: 1\n"},
        {LAYER_FILE, "cache/0001", "{\"name\":\"c\",\"version\":\"1.0.0\"}"},
        {LAYER_FILE, "cache/0002", "{\"name\":\"d\",\"version\":\"1.0.0\"}"},
    };
    IMAGE(image);
    image_layer(&image, below, COUNT_OF(below));
    IMAGE_LAYER(&image, {LAYER_SYMLINK, "etc/os-release", "../x/release"},
                {LAYER_HARDLINK, "var/lib/dpkg/status", "opt/status"},
                {LAYER_SYMLINK, "var/lib/dpkg/status.d", "/data/status.d"},
                {LAYER_HARDLINK, "srv/node_modules/c/package.json", "cache/0001"});
    IMAGE_LAYER(&image, {LAYER_WHITEOUT, "cache", NULL});
    Assembly assembly = image_assembly(&image);
    MissingFileVec missing = assemble_missing(&image.arena, &assembly);
    CHECK_INT(missing.len, 4);
    for (size_t i = 0; i < missing.len; i++)
        CHECK_INT(missing.at[i].layer, 0);
    read_missing(&image, &missing, 0, below, COUNT_OF(below));
    CHECK_INT(assemble_missing(&image.arena, &assembly).len, 0);
    image_assemble(&image);
    CHECK_STR(image.out.subject.os.id, STR("debian"));
    CHECK_INT(image.out.packages.len, 3);
    CHECK(image_find(&image, STR("d")) == NULL);
    const Package *c = image_find(&image, STR("c"));
    CHECK(c != NULL);
    if (c)
        CHECK_STR(c->paths.at[0], STR("srv/node_modules/c/package.json"));
}

/* A runtime gives a file all its names; under one of them it may be a program. */
TEST(a_hard_link_shows_data_as_a_program)
{
    IMAGE(image);
    IMAGE_LAYER(&image, {LAYER_FILE, "opt/a.txt", "?"}, {LAYER_FILE, "opt/b", "?"},
                {LAYER_HARDLINK, "opt/app", "opt/a.txt"}, {LAYER_HARDLINK, "opt/c", "opt/b"},
                {LAYER_HARDLINK, "opt/a.md", "opt/a.txt"});
    Assembly assembly = image_assembly(&image);
    MissingFileVec missing = assemble_missing(&image.arena, &assembly);
    CHECK_INT(missing.len, 1);
    CHECK_STR(missing.at[0].path, STR("opt/a.txt"));
    CHECK_STR(missing.at[0].as, STR("opt/app"));
}

TEST(what_a_second_pass_cannot_read_is_named)
{
    IMAGE(image);
    IMAGE_LAYER(&image, {LAYER_FILE, "opt/status", "Package: a\nVersion: 1\n"},
                {LAYER_SYMLINK, "var/lib/dpkg/status", "/opt/status"});
    Assembly assembly = image_assembly(&image);
    MissingFileVec missing = assemble_missing(&image.arena, &assembly);
    CHECK_INT(missing.len, 1);
    MissingWalk walk = {.files = &missing, .layer = 0, .result = image.layers[0]};
    LayerVisitor visitor = missing_visitor(&walk);
    visitor.note(visitor.self, STR("opt/other"), 0, "said before", true);
    visitor.note(visitor.self, STR("opt/status"), 0, "cannot be read", true);
    image_assemble(&image);
    CHECK_INT(image.out.incomplete.len, 1);
    CHECK_STR(image.out.incomplete.at[0].what, STR("opt/status"));
    CHECK_STR(image.out.incomplete.at[0].why, STR("cannot be read"));
}

TEST(a_hard_link_to_what_was_read_needs_no_second_pass)
{
    IMAGE(image);
    IMAGE_LAYER(&image, {LAYER_FILE, "cache/node_modules/a/package.json",
                         "{\"name\":\"a\",\"version\":\"1.0.0\"}"});
    IMAGE_LAYER(&image, {LAYER_HARDLINK, "srv/node_modules/a/package.json",
                         "cache/node_modules/a/package.json"});
    IMAGE_LAYER(&image, {LAYER_WHITEOUT, "cache", NULL});
    Assembly assembly = image_assembly(&image);
    CHECK_INT(assemble_missing(&image.arena, &assembly).len, 0);
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 1);
    CHECK_STR(image.out.packages.at[0].paths.at[0], STR("srv/node_modules/a/package.json"));
}

static Str symbols(Arena *arena, uint32_t a, uint32_t b)
{
    Buf out CLEANUP(buf_fini) = {0};
    buf_u32le(&out, a);
    buf_u32le(&out, b);
    return arena_str(arena, buf_str(&out));
}

TEST(a_package_in_several_executables_has_the_functions_of_all)
{
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    Limits limits = LIMITS_DEFAULT;
    ExecutableVec all = {0};
    Joined joined;
    joined_init(&joined, &arena, &all, &limits);
    *vec_push(&arena, &all) = (Executable){.path = STR("a"),
                                           .goos = STR("linux"),
                                           .goarch = STR("x"),
                                           .symbols = symbols(&arena, 1, 5)};
    *vec_push(&arena, &all) = (Executable){.path = STR("b"),
                                           .goos = STR("linux"),
                                           .goarch = STR("y"),
                                           .symbols = symbols(&arena, 5, 9)};
    *vec_push(&arena, &all) = (Executable){.path = STR("c"), .goos = STR("linux")};
    uint32_t lists[][2] = {{1, 0}, {0, 1}, {0, 2}, {0, EXECUTABLE_NONE}};
    uint32_t got[4];
    for (size_t i = 0; i < 4; i++)
        got[i] = joined_get(&joined, &(IndexVec){.at = lists[i], .len = 2});
    CHECK(got[3] == EXECUTABLE_NONE);
    CHECK_INT(got[0], got[1]);
    const Executable *both = &all.at[got[0]];
    CHECK_INT(both->symbols.len, 12);
    CHECK(executable_has_symbol(both, 1) && executable_has_symbol(both, 9));
    CHECK(!executable_has_symbol(both, 2));
    CHECK_STR(both->goos, STR("linux"));
    CHECK_STR(both->goarch, STR(""));
    CHECK_INT(all.at[got[2]].symbols.len, 0);
}

/* As if a cataloger had read this file of the layer. */
static Package *found_in(Image *image, size_t layer, const char *path)
{
    LayerResult *result = image->layers[layer];
    CatalogFile file = {.path = str_from(path)};
    uint32_t at = (uint32_t)result->found.packages.len;
    Package *p = sink_package(&result->found, PACKAGE_GOLANG, &file);
    p->name = STR("stdlib");
    p->version = STR("1.22.1");
    *vec_push(&image->arena, &result->files) =
        (LayerFile){.path = file.path, .as = file.path, .packages = {at, at + 1}};
    return p;
}

TEST(an_executable_bears_the_name_that_is_left)
{
    IMAGE(image);
    IMAGE_LAYER(&image, {LAYER_FILE, "bin/a", "x"}, {LAYER_HARDLINK, "bin/b", "bin/a"});
    IMAGE_LAYER(&image, {LAYER_WHITEOUT, "bin/a", ""});
    found_in(&image, 0, "bin/a")->executable = 0;
    *vec_push(&image.arena, &image.results[0].found.executables) =
        (Executable){.path = STR("bin/a"), .goos = STR("linux")};
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 1);
    CHECK_INT(image.out.executables.len, 1);
    CHECK_STR(image.out.packages.at[0].paths.at[0], STR("bin/b"));
    CHECK_STR(image.out.executables.at[0].path, STR("bin/b"));
}

TEST(what_is_seen_installed_is_not_only_declared)
{
    IMAGE(image);
    IMAGE_LAYER(&image, {LAYER_FILE, "a", "x"}, {LAYER_FILE, "b", "x"});
    found_in(&image, 0, "a")->declared = true;
    image_assemble(&image);
    CHECK(image_find(&image, STR("stdlib"))->declared);
    found_in(&image, 0, "b");
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 1);
    CHECK(!image_find(&image, STR("stdlib"))->declared);
}

/* A root file system's tarball through codec, walk, catalogers and tree. */
static void image_tar(Image *image, const char *shared)
{
    Error err = {0};
    Fd fd CLEANUP(fd_close) = -1;
    uint64_t size, entries = 0;
    REQUIRE_OK(fd_open_read_at(-100, test_shared(&image->arena, shared), &fd, &err));
    REQUIRE_OK(fd_size(fd, &size, &err));
    FileStream file;
    Stream *tar;
    file_stream_init(&file, fd, 0, size);
    REQUIRE_OK(codec_open(&image->arena, &file.stream, &image->limits, &tar, NULL, &err));
    size_t n = image->count++;
    image->layers[n] = &image->results[n];
    layer_result_init(image->layers[n], &image->arena, &image->limits);
    LayerVisitor visitor = layer_result_visitor(image->layers[n]);
    LayerWalk walk = {
        .limits = &image->limits, .arena = &image->arena, .entries = &entries, .visitor = &visitor};
    REQUIRE_OK(layer_walk_tar(&walk, tar, &image->indexes[n], &err));
    stream_close(tar);
    tree_add_layer(&image->tree, &image->indexes[n], (uint32_t)n);
}

static void encode_and_decode(Image *image)
{
    Error err = {0};
    Buf bytes CLEANUP(buf_fini) = {0}, again CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < image->count; i++) {
        buf_clear(&bytes);
        buf_clear(&again);
        layer_result_encode(image->layers[i], &bytes);
        LayerResult *copy = arena_new(&image->arena, LayerResult);
        REQUIRE_OK(layer_result_decode(buf_str(&bytes), &image->arena, &image->limits, copy, &err));
        layer_result_encode(copy, &again);
        CHECK(str_eq(buf_str(&bytes), buf_str(&again)));
        image->layers[i] = copy;
    }
}

TEST(alpine_root_file_systems)
{
    static const struct {
        const char *path, *version, *openssl, *openssl_version;
    } rows[] = {
        {"fixtures/images/alpine-minirootfs-3.9.6-x86_64.tar.gz", "3.9.6", "libcrypto1.1",
         "1.1.1g-r0"},
        {"fixtures/images/alpine-minirootfs-3.20.3-x86_64.tar.gz", "3.20.3", "libcrypto3",
         "3.3.2-r0"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        IMAGE(image);
        image_tar(&image, rows[i].path);
        image_assemble(&image);
        size_t count = image.out.packages.len;
        CHECK_INT(count, 14);
        CHECK_STR(image.out.subject.os.id, STR("alpine"));
        CHECK_STR(image.out.subject.os.version, str_from(rows[i].version));
        CHECK_INT(image.out.incomplete.len, 0);
        const Package *p = image_find(&image, str_from(rows[i].openssl));
        CHECK_STR(p->source_name, STR("openssl"));
        CHECK_STR(p->version, str_from(rows[i].openssl_version));
        Buf cold CLEANUP(buf_fini) = {0}, warm CLEANUP(buf_fini) = {0};
        inventory_encode(&image.out, &cold);
        encode_and_decode(&image);
        image_assemble(&image);
        inventory_encode(&image.out, &warm);
        /* layers come from the caller, so none is known here */
        CHECK(str_eq(buf_str(&cold), buf_str(&warm)));
    }
}
