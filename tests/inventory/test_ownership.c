/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/ownership.h"

#include "image.h"
#include "lang.h"

#define IMAGE(name)                                                                                \
    Image name CLEANUP(image_fini);                                                                \
    image_init(&name)

static const char npm[] = "{\"name\":\"semver\",\"version\":\"7.0.0\"}";
static const char *const module = "usr/lib/node_modules/semver/package.json";

/* Who owns the module if `list` is what the file `as` says of the package called `package`. */
static uint32_t owner_of(Image *image, const PackageVec *packages, const char *as,
                         const char *package)
{
    Ownership own;
    ownership_init(&own, &image->arena, &image->tree, packages);
    ownership_want(&own, str_from(module));
    ownership_claim(&own, str_from(as),
                    &(CatalogOwned){.path = str_from(module), .package = str_from(package)});
    return ownership_find(&own, tree_find(&image->tree, str_from(module))->content);
}

TEST(rule_35_each_package_manager_owns_by_its_own_names)
{
    IMAGE(image);
    Package list[] = {
        {.type = PACKAGE_APK, .name = STR("node")},
        {.type = PACKAGE_DEB, .name = STR("node"), .arch = STR("amd64")},
        {.type = PACKAGE_DEB, .name = STR("node"), .arch = STR("arm64")},
        {.type = PACKAGE_RPM, .name = STR("node")},
        {.type = PACKAGE_RPM, .name = STR("other"), .third_party = true},
    };
    PackageVec packages = {.at = list, .len = COUNT_OF(list), .cap = COUNT_OF(list)};
    IMAGE_LAYER(&image, {LAYER_FILE, module, npm});
    static const char rpm[] = "var/lib/rpm/rpmdb.sqlite", apk[] = "lib/apk/db/installed";
    CHECK_INT(owner_of(&image, &packages, rpm, "absent"), PACKAGE_NONE);
    CHECK_INT(owner_of(&image, &packages, rpm, "other"), PACKAGE_NONE);
    CHECK_INT(owner_of(&image, &packages, rpm, "node"), 3);
    CHECK_INT(owner_of(&image, &packages, apk, "node"), 0);
    CHECK_INT(owner_of(&image, &packages, "var/lib/dpkg/info/node.list", "node"), 1);
    CHECK_INT(owner_of(&image, &packages, "var/lib/dpkg/info/node:arm64.list", "node:arm64"), 2);
    CHECK_INT(owner_of(&image, &packages, "var/lib/dpkg/info/node:riscv.list", "node:riscv"), 1);
}

/* Two lists name one file: the first in the order of names has it, every time. */
TEST(rule_35_the_first_claim_counts)
{
    static const char status[] = "Package: a\nVersion: 1\n\nPackage: b\nVersion: 1\n";
    static const char list[] = "/usr/lib/node_modules/semver/package.json\n";
    IMAGE(image);
    IMAGE_LAYER(&image, {LAYER_FILE, "var/lib/dpkg/info/b.list", list},
                {LAYER_FILE, "var/lib/dpkg/info/a.list", list},
                {LAYER_FILE, "var/lib/dpkg/status", status}, {LAYER_FILE, module, npm});
    image_assemble(&image);
    CHECK_INT(image_find(&image, STR("semver"))->owner, 0);
    CHECK_STR(image.out.packages.at[0].name, STR("a"));
}

/* The list names a symlink, or a second name of a file whose first name is in no list. */
TEST(rule_37_symlinks_and_hard_links_of_the_file_itself)
{
    IMAGE(image);
    Str jar = zip_make(&image.arena,
                       &(ZipFile){STR("META-INF/maven/a/b/pom.properties"),
                                  STR("groupId=a\nartifactId=b\nversion=1\n")},
                       1);
    IMAGE_LAYER(&image, {LAYER_FILE, "var/lib/dpkg/status", "Package: p\nVersion: 1\n"},
                {LAYER_FILE, "var/lib/dpkg/info/p.list",
                 "/usr/lib/node_modules/semver/package.json\n/usr/share/java/b.jar\n"},
                {LAYER_FILE, "opt/node_modules/semver/package.json", npm},
                {LAYER_FILE, "opt/node_modules/semver2/package.json",
                 "{\"name\":\"semver2\",\"version\":\"1.0.0\"}"},
                {LAYER_SYMLINK, "usr/lib/node_modules/semver/package.json",
                 "/opt/node_modules/semver/package.json"});
    /* A jar is bytes: the layer is made by hand. */
    static const char *const paths[] = {"opt/a.jar", "usr/share/java/b.jar"};
    LayerIndex *index = &image.indexes[1];
    image.layers[1] = &image.results[1];
    layer_result_init(image.layers[1], &image.arena, &image.limits);
    LayerVisitor visitor = layer_result_visitor(image.layers[1]);
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        LayerEntry *entry = layer_index_push(&image.arena, index);
        *entry = (LayerEntry){.kind = i ? LAYER_HARDLINK : LAYER_FILE,
                              .path = str_from(paths[i]),
                              .link = i ? str_from(paths[0]) : (Str){0},
                              .size = i ? 0 : jar.len,
                              .mode = 0644};
        image_visit(&visitor, entry, jar);
    }
    tree_add_layer(&image.tree, index, 1);
    image.count = 2;
    image_assemble(&image);
    CHECK_INT(image_find(&image, STR("semver"))->owner, 0);
    CHECK_INT(image_find(&image, STR("semver2"))->owner, PACKAGE_NONE);
    const Package *b = image_find(&image, STR("a:b"));
    CHECK(b && b->paths.len == 2);
    CHECK_INT(b ? b->owner : 9, 0);
}
