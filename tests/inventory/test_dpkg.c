/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog.h"

static const Str status = STR_INIT("var/lib/dpkg/status");

TEST(dpkg_garbage_gives_no_package_and_is_named)
{
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    catalog_read(&c, status, STR("\xff\xfe\x00 garbage\nno colon\nPackage: x\n\nVersion: 1\n"));
    CHECK_INT(c.sink.packages.len, 0);
    CHECK_INT(c.sink.incomplete.len, 1);
    CHECK_STR(c.sink.incomplete.at[0].what, status);
    CHECK(catalog_of(STR("var/lib/dpkg/status-old")) == NULL);
    CHECK(catalog_of(STR("var/lib/dpkg/status.d/a/b")) == NULL);
    CHECK(catalog_of(STR("usr/share/doc/a/b/copyright")) == NULL);
    CHECK(catalog_of(STR("usr/share/doc/copyright")) == NULL);
}

TEST(rule_71_what_is_half_installed_is_there)
{
    static const struct {
        const char *status;
        bool there;
    } rows[] = {
        {"deinstall ok config-files", false}, {"purge ok not-installed", false},
        {"install ok not-installed", false},  {"install ok installed", true},
        {"hold ok installed", true},          {"deinstall ok installed", true},
        {"install ok unpacked", true},        {"install ok half-configured", true},
        {"install ok half-installed", true},  {"install ok triggers-pending", true},
        {"install user installed", true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Catalog c CLEANUP(catalog_fini);
        catalog_init(&c);
        catalog_read(
            &c, status,
            arena_printf(&c.arena, "Package: a\nStatus: %s\nVersion: 1\n\n", rows[i].status));
        CHECK_INT(c.sink.packages.len, rows[i].there);
        CHECK_INT(c.sink.incomplete.len, 0);
    }
}

TEST(rule_1_source_name_and_version)
{
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    catalog_read(&c, status,
                 STR("Package: bsdutils\nStatus: install ok installed\nArchitecture: amd64\n"
                     "Source: util-linux (2.38.1-5)\nVersion: 1:2.38.1-5+b1\n"
                     "Description: basic\n utilities: many\n\n"
                     "Package: zlib1g\nSource: zlib\nVersion: 1:1.2.13\n\n"
                     "package: bash\nVERSION: 5.2\nDescription: x\n\tVersion 9\n Source: y\n"));
    CHECK_INT(c.sink.packages.len, 3);
    CHECK_STR(c.sink.packages.at[2].version, STR("5.2"));
    CHECK_INT(c.sink.incomplete.len, 0);
    CHECK_STR(c.sink.packages.at[0].source_name, STR("util-linux"));
    CHECK_STR(c.sink.packages.at[0].source_version, STR("2.38.1-5"));
    CHECK_STR(c.sink.packages.at[0].version, STR("1:2.38.1-5+b1"));
    CHECK_STR(c.sink.packages.at[0].arch, STR("amd64"));
    CHECK_STR(c.sink.packages.at[1].source_name, STR("zlib"));
    CHECK_STR(c.sink.packages.at[1].source_version, STR(""));
    CHECK_STR(c.sink.packages.at[2].source_name, STR(""));
}

TEST(rule_11_third_parties)
{
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    catalog_read(&c, status,
                 STR("Package: bash\nVersion: 5\nMaintainer: Matthias Klose <doko@debian.org>\n\n"
                     "Package: docker-ce\nVersion: 5:27\nMaintainer: Docker "
                     "<Support@Docker.COM>\n\n"
                     "Package: postgresql-16\nVersion: 16.4-1.pgdg120+1\nMaintainer: Debian "
                     "PostgreSQL <p@l.debian.org>\n\n"));
    CHECK(!catalog_find(&c, STR("bash"))->third_party);
    CHECK(catalog_find(&c, STR("docker-ce"))->third_party);
    CHECK(catalog_find(&c, STR("postgresql-16"))->third_party);
}

TEST(rule_3_distroless_one_file_a_package)
{
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    catalog_read(&c, STR("var/lib/dpkg/status.d/tzdata"),
                 STR("Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\n"));
    catalog_read(&c, STR("var/lib/dpkg/status.d/tzdata.md5sums"),
                 STR("d41d8cd98f00b204e9800998ecf8427e  usr/lib/tz/Zulu\nbad\n"
                     "d41d8cd98f00b204e9800998ecf8427e  ./usr/lib/tz/UTC\n"));
    CHECK_INT(c.sink.packages.len, 1);
    CHECK_INT(c.sink.owned.len, 2);
    CHECK_STR(c.sink.owned.at[1].path, STR("usr/lib/tz/UTC"));
    CHECK_STR(c.sink.owned.at[0].package, STR("tzdata"));
    CHECK_STR(c.sink.owned.at[0].path, STR("usr/lib/tz/Zulu"));
}

TEST(lists_own_files)
{
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    catalog_read(&c, STR("var/lib/dpkg/info/libc6:amd64.list"),
                 STR("/.\n/lib\n/lib/x86_64-linux-gnu/libc.so.6\n"));
    size_t last = c.sink.owned.len - 1;
    CHECK_STR(c.sink.owned.at[last].package, STR("libc6:amd64"));
    CHECK_STR(c.sink.owned.at[last].path, STR("lib/x86_64-linux-gnu/libc.so.6"));
}

TEST(licences_of_machine_readable_files_only)
{
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    catalog_read(&c, STR("usr/share/doc/old/copyright"), STR("License: GPL\n"));
    CHECK_INT(c.sink.packages.len, 0);
    catalog_read(&c, STR("usr/share/doc/bash/copyright"),
                 STR("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
                     "\nFiles: *\nLicense: GPL-3+\n\nFiles: x\nLicense: BSD\n\nLicense: GPL-3+\n"
                     " text\nLicense:\n"));
    CHECK_INT(c.sink.packages.len, 1);
    CHECK_STR(c.sink.packages.at[0].name, STR("bash"));
    CHECK_STR(c.sink.packages.at[0].version, STR(""));
    CHECK_INT(c.sink.packages.at[0].licences.len, 2);
    CHECK_STR(c.sink.packages.at[0].licences.at[1], STR("BSD"));
}
