/* SPDX-License-Identifier: Apache-2.0 */
/* Numbered rules of docs/matching-rules.md that several catalogers or the whole image decide. */
#include "base/buf.h"
#include "image.h"
#include "lang.h"

extern const Cataloger cataloger_chisel;

static const char npm[] = "{\"name\":\"semver\",\"version\":\"7.0.0\"}";
static const char debian[] = "ID=debian\nVERSION_ID=12\n";

#define IMAGE(image)                                                                               \
    Image image CLEANUP(image_fini);                                                               \
    image_init(&image)

TEST(rule_2_removed_packages_are_not_there)
{
    IMAGE(image);
    IMAGE_LAYER(&image, {LAYER_FILE, "var/lib/dpkg/status",
                         "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"
                         "Package: purged\nStatus: purge ok not-installed\nVersion: 1\n\n"
                         "Package: kept\nStatus: deinstall ok installed\nVersion: 1\n"});
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 1);
    CHECK(image_find(&image, STR("kept")));
}

/* The packages are listed; that no feed speaks about OpenWrt is the matcher's to say. */
TEST(rule_5_opkg)
{
    IMAGE(image);
    IMAGE_LAYER(&image, {LAYER_FILE, "etc/os-release", "ID=openwrt\nVERSION_ID=23.05\n"},
                {LAYER_FILE, "usr/lib/opkg/status",
                 "Package: busybox\nVersion: 1.36.1-1\nStatus: install user installed\n"
                 "Architecture: x86_64\n\nPackage: gone\nVersion: 1\n"
                 "Status: deinstall ok not-installed\n"},
                {LAYER_FILE, "usr/lib/opkg/info/busybox.control",
                 "Package: busybox\nVersion: 1.36.1-1\nArchitecture: x86_64\n"},
                {LAYER_FILE, "usr/lib/opkg/info/busybox.postinst", "Package: no\nVersion: 1\n"},
                {LAYER_FILE, "usr/lib/opkg/info/busybox.list",
                 "/usr/lib/node_modules/semver/package.json\n"},
                {LAYER_FILE, "usr/lib/node_modules/semver/package.json", npm});
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 2);
    const Package *busybox = image_find(&image, STR("busybox"));
    CHECK(busybox && busybox->type == PACKAGE_DEB && busybox->paths.len == 2);
    CHECK_INT(image_find(&image, STR("semver"))->owner, 0);
    CHECK_STR(image.out.subject.os.id, STR("openwrt"));
}

/* A frame of one stored block (RFC 8878). */
static Str zstd_stored(Arena *arena, Str text)
{
    Buf out CLEANUP(buf_fini) = {0};
    uint32_t block = (uint32_t)text.len << 3 | 1;
    buf_u32le(&out, 0xfd2fb528);
    buf_u8(&out, 0xa0);
    buf_u32le(&out, (uint32_t)text.len);
    for (int i = 0; i < 3; i++)
        buf_u8(&out, (uint8_t)(block >> 8 * i));
    buf_put(&out, text);
    return arena_str(arena, buf_str(&out));
}

static const char wall[] =
    "{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":5}\n"
    "{\"kind\":\"content\",\"slice\":\"nodejs_libs\",\"path\":\"/usr/x\"}\n"
    "{\"kind\":\"package\",\"name\":\"libc6\",\"version\":\"2.39-0ubuntu8.4\",\"sha256\":\"ab\","
    "\"arch\":\"amd64\"}\n"
    "{\"kind\":\"package\",\"name\":\"nodejs\",\"version\":\"18.19\",\"arch\":\"amd64\"}\n"
    "{\"kind\":\"path\",\"path\":\"/usr/lib/node_modules/semver/package.json\",\"mode\":\"0644\","
    "\"slices\":[\"nodejs_libs\"]}\n"
    "{\"kind\":\"slice\",\"name\":\"nodejs_libs\"}\n";

TEST(rule_6_chisel)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    Str packed = zstd_stored(&d.arena, str_from(wall)), path = STR("var/lib/chisel/manifest.wall");
    CHECK(!desk_push(&d, &cataloger_chisel, STR("opt/manifest.wall"), packed));
    CHECK(desk_push(&d, &cataloger_chisel, path, packed));
    CHECK_INT(d.sink.packages.len, 2);
    CHECK_STR(desk_package(&d, 0), STR("libc6 2.39-0ubuntu8.4"));
    CHECK_STR(d.sink.packages.at[0].arch, STR("amd64"));
    CHECK_INT(d.sink.packages.at[0].type, PACKAGE_DEB);
    CHECK_INT(d.sink.owned.len, 1);
    CHECK_STR(d.sink.owned.at[0].package, STR("nodejs"));
    CHECK_INT(d.sink.incomplete.len, 1); /* glibc is nowhere named */
    CHECK(str_contains(d.sink.incomplete.at[0].why, STR("source packages")));
}

TEST(rule_6_chisel_damaged)
{
    static const Str path = STR_INIT("var/lib/chisel/manifest.wall");
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    Str packed = zstd_stored(&d.arena, str_from(wall));
    desk_push(&d, &cataloger_chisel, path, str_head(packed, packed.len / 2));
    CHECK(d.sink.incomplete.len > 0);
    d.sink.incomplete.len = d.sink.packages.len = 0;
    desk_push(&d, &cataloger_chisel, path, STR("[]\nnothing\n\n{\"kind\":\"package\"}\n"));
    CHECK_INT(d.sink.packages.len, 0);
    CHECK_INT(d.sink.incomplete.len, 1);
    CHECK(str_contains(d.sink.incomplete.at[0].why, STR("2 lines")));
}

TEST(rule_6_chisel_owns_what_it_installed)
{
    IMAGE(image);
    IMAGE_LAYER(&image, {LAYER_FILE, "etc/os-release", "ID=ubuntu\nVERSION_ID=24.04\n"},
                {LAYER_FILE, "var/lib/chisel/manifest.wall", wall},
                {LAYER_FILE, "usr/lib/node_modules/semver/package.json", npm},
                {LAYER_FILE, "srv/node_modules/semver/package.json", npm});
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 4);
    CHECK_STR(image.out.packages.at[1].name, STR("nodejs"));
    CHECK(image.out.packages.at[2].owner == PACKAGE_NONE);
    CHECK_INT(image.out.packages.at[3].owner, 1);
    CHECK_STR(image.out.packages.at[0].purl,
              STR("pkg:deb/ubuntu/libc6@2.39-0ubuntu8.4?arch=amd64&distro=ubuntu-24.04"));
}

/* The list says lib/, the file lies in usr/lib/; and a link of the same name elsewhere, which leads
 * to another file, is not owned. */
TEST(rule_37_ownership_by_resolved_paths)
{
    static const char *const lists[] = {
        "/lib/node_modules/semver/package.json\n",           /* through the merged /usr */
        "/etc/alternatives/semver/package.json\n",           /* through two links */
        "/usr/lib/node_modules/../node_modules/other.json\n" /* another file */
    };
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        IMAGE(image);
        IMAGE_LAYER(&image, {LAYER_SYMLINK, "lib", "usr/lib"},
                    {LAYER_SYMLINK, "etc/alternatives/semver", "/opt/semver"},
                    {LAYER_SYMLINK, "opt/semver", "../usr/lib/node_modules/semver"},
                    {LAYER_FILE, "etc/os-release", debian},
                    {LAYER_FILE, "usr/lib/node_modules/other.json", "{}"},
                    {LAYER_FILE, "usr/lib/node_modules/semver/package.json", npm},
                    {LAYER_FILE, "var/lib/dpkg/status", "Package: node-semver\nVersion: 7.0.0-1\n"},
                    {LAYER_FILE, "var/lib/dpkg/info/node-semver.list", lists[i]});
        image_assemble(&image);
        CHECK_INT(image.out.packages.len, 2);
        CHECK_INT(image_find(&image, STR("semver"))->owner == PACKAGE_NONE, i == 2);
    }
}

/* What concerns a layer as a whole is said of it by its number. */
TEST(rule_59_notes_name_their_layer)
{
    IMAGE(image);
    IMAGE_LAYER(&image, {LAYER_FILE, "a", "x"});
    IMAGE_LAYER(&image, {LAYER_FILE, "b", "x"});
    CatalogSink *sink = &image.results[1].found;
    sink_incomplete(sink, STR("var/x"), "too much");
    *vec_push(&image.arena, &image.results[1].files) = (LayerFile){.incomplete = {0, 1}};
    image_assemble(&image);
    CHECK_INT(image.out.incomplete.len, 1);
    CHECK_STR(image.out.incomplete.at[0].what, STR("layer 2"));
}

/* Listed with its owner, once; its twin that no package owns stays a package of its own. */
TEST(rule_77_owned_packages_are_listed_with_their_owner)
{
    IMAGE(image);
    IMAGE_LAYER(&image, {LAYER_FILE, "etc/os-release", "ID=alpine\nVERSION_ID=3.20.3\n"},
                {LAYER_FILE, "lib/apk/db/installed",
                 "P:npm\nV:10.9.1-r0\nF:usr/lib/node_modules/npm/node_modules/semver\n"
                 "R:package.json\n"},
                {LAYER_FILE, "usr/lib/node_modules/npm/node_modules/semver/package.json", npm},
                {LAYER_FILE, "app/node_modules/semver/package.json", npm});
    image_assemble(&image);
    CHECK_INT(image.out.packages.len, 3);
    CHECK_INT(image.out.packages.at[1].owner, PACKAGE_NONE);
    CHECK_INT(image.out.packages.at[2].owner, 0);
    CHECK_STR(image.out.packages.at[2].purl, image.out.packages.at[1].purl);
    CHECK(!str_eq(image.out.packages.at[2].id, image.out.packages.at[1].id));
    CHECK_STR(image.out.packages.at[2].paths.at[0],
              STR("usr/lib/node_modules/npm/node_modules/semver/package.json"));
}
