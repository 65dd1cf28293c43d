/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/os.h"

#include "catalog.h"

/* What the files of one root say together. */
typedef struct Root {
    Arena arena;
    OsCandidateVec candidates;
} Root;

static void root_add(Root *root, Str path, Str text)
{
    Limits limits = LIMITS_DEFAULT;
    CatalogSink sink = {.arena = &root->arena, .limits = &limits};
    const Cataloger *row = catalog_of(path);
    CHECK(row != NULL);
    row->read(&(CatalogFile){.path = path, .bytes = text}, &sink);
    if (sink.os_rank)
        *vec_push(&root->arena, &root->candidates) = (OsCandidate){sink.os, sink.os_rank};
}

static OsRelease root_choose(Root *root)
{
    return os_choose(&root->arena, &root->candidates);
}

static void root_fini(Root *root)
{
    arena_fini(&root->arena);
}
#define ROOT(name)                                                                                 \
    Root name CLEANUP(root_fini) = {0};                                                            \
    arena_init(&name.arena)

TEST(nothing_known_is_no_distribution)
{
    ROOT(root);
    root_add(&root, STR("etc/os-release"), STR(""));
    root_add(&root, STR("etc/debian_version"), STR("\n\n"));
    root_add(&root, STR("etc/redhat-release"), STR("Something else release 9\n"));
    root_add(&root, STR("etc/alpine-release"), STR("not a number"));
    root_add(&root, STR("etc/apk/repositories"), STR("https://x.org/alpine/v3.20/main\n"));
    CHECK_STR(root_choose(&root).id, STR(""));
    CHECK(catalog_of(STR("srv/etc/os-release")) == NULL);
    CHECK(catalog_of(STR("etc/issue")) == NULL);
}

TEST(rule_67_os_release_needs_no_older_file)
{
    ROOT(root);
    root_add(&root, STR("etc/os-release"),
             STR("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian\"\n"
                 "VERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\n"
                 "VERSION_CODENAME=bookworm\nID=debian\nSUPPORT_END=2028-06-30\n"));
    OsRelease os = root_choose(&root);
    CHECK_STR(os.id, STR("debian"));
    CHECK_STR(os.version, STR("12"));
    CHECK_STR(os.codename, STR("bookworm"));
    CHECK_INT(os.support_end, date_of(2028, 6, 30));
}

TEST(rule_60_the_most_specific_wins)
{
    static const struct {
        Str path[3], text[3], id, version;
    } rows[] = {
        {{STR_INIT("etc/debian_version"), STR_INIT("etc/os-release"), STR_INIT("etc/lsb-release")},
         {STR_INIT("bookworm/sid\n"), STR_INIT("ID=ubuntu\nID_LIKE=debian\nVERSION_ID='22.04'\n"),
          STR_INIT("DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\n")},
         STR_INIT("ubuntu"),
         STR_INIT("22.04")},
        {{STR_INIT("etc/redhat-release"), STR_INIT("etc/oracle-release"),
          STR_INIT("etc/os-release")},
         {STR_INIT("Red Hat Enterprise Linux release 8.5 (Ootpa)\n"),
          STR_INIT("Oracle Linux Server release 8.6\n"),
          STR_INIT("ID=\"ol\"\nVERSION_ID=\"8.6\"\n")},
         STR_INIT("ol"),
         STR_INIT("8.6")},
        {{STR_INIT("etc/oracle-release"), STR_INIT("etc/redhat-release"), STR_INIT("")},
         {STR_INIT("Oracle Linux Server release 6.10\n"),
          STR_INIT("Red Hat Enterprise Linux Server release 6.10 (Santiago)\n"), STR_INIT("")},
         STR_INIT("ol"),
         STR_INIT("6.10")},
        {{STR_INIT("etc/os-release"), STR_INIT("etc/debian_version"), STR_INIT("")},
         {STR_INIT("ID=kali\nID_LIKE=debian\nVERSION_ID=\"2024.1\"\n"), STR_INIT("kali-rolling\n"),
          STR_INIT("")},
         STR_INIT("kali"),
         STR_INIT("2024.1")},
        {{STR_INIT("etc/centos-release"), STR_INIT("etc/redhat-release"), STR_INIT("")},
         {STR_INIT("CentOS release 6.10 (Final)\n"), STR_INIT("CentOS release 6.10 (Final)\n"),
          STR_INIT("")},
         STR_INIT("centos"),
         STR_INIT("6.10")},
        {{STR_INIT("etc/system-release"), STR_INIT(""), STR_INIT("")},
         {STR_INIT("Amazon Linux AMI release 2018.03\n"), STR_INIT(""), STR_INIT("")},
         STR_INIT("amzn"),
         STR_INIT("2018.03")},
        {{STR_INIT("etc/SuSE-release"), STR_INIT(""), STR_INIT("")},
         {STR_INIT("SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n"),
          STR_INIT(""), STR_INIT("")},
         STR_INIT("sles"),
         STR_INIT("11.4")},
        {{STR_INIT("usr/lib/os-release"), STR_INIT("etc/os-release"), STR_INIT("")},
         {STR_INIT("ID=debian\nVERSION_ID=12\n"), STR_INIT("ID=debian\nVERSION_ID=13\n"),
          STR_INIT("")},
         STR_INIT("debian"),
         STR_INIT("13")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ROOT(root);
        for (size_t j = 0; j < 3; j++)
            if (rows[i].path[j].len)
                root_add(&root, rows[i].path[j], rows[i].text[j]);
        OsRelease os = root_choose(&root);
        CHECK_STR(os.id, rows[i].id);
        CHECK_STR(os.version, rows[i].version);
    }
}

TEST(rule_60_a_codename_alone_finds_its_release)
{
    ROOT(root);
    root_add(&root, STR("etc/os-release"),
             STR("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux trixie/sid\"\n"
                 "VERSION_CODENAME=trixie\n"));
    CHECK_STR(root_choose(&root).version, STR("13"));
    ROOT(sid);
    root_add(&sid, STR("etc/os-release"), STR("ID=debian\nVERSION_CODENAME=sid\n"));
    CHECK_STR(root_choose(&sid).version, STR(""));
    CHECK_STR(root_choose(&sid).codename, STR("sid"));
}

TEST(debian_point_releases_are_a_name)
{
    ROOT(root);
    root_add(&root, STR("etc/debian_version"), STR("12.7\n"));
    CHECK_STR(root_choose(&root).version, STR("12"));
    root_add(&root, STR("etc/os-release"),
             STR("ID=debian\nVERSION_ID=12\nPRETTY_NAME='Debian GNU/Linux 12 (bookworm)'\n"));
    OsRelease os = root_choose(&root);
    CHECK_STR(os.version, STR("12"));
    CHECK_STR(os.name, STR("Debian GNU/Linux 12.7 (bookworm)"));
}

TEST(rule_31_repositories_beat_os_release)
{
    ROOT(root);
    root_add(&root, STR("etc/os-release"), STR("ID=alpine\nVERSION_ID=3.20.3\n"));
    CHECK_STR(root_choose(&root).version, STR("3.20.3"));
    root_add(&root, STR("etc/apk/repositories"),
             STR("# https://x.org/alpine/v3.1/main\n@edge https://x.org/alpine/edge/main\n"
                 "https://x.org/alpine/v3.20/main\n"));
    CHECK_STR(root_choose(&root).version, STR("3.20.3"));
    ROOT(edge);
    root_add(&edge, STR("etc/os-release"), STR("ID=alpine\nVERSION_ID=3.21_alpha20240807\n"));
    root_add(&edge, STR("etc/apk/repositories"), STR("http://x.org/alpine/edge/main/\n"));
    CHECK_STR(root_choose(&edge).version, STR("edge"));
    ROOT(wolfi);
    root_add(&wolfi, STR("etc/os-release"), STR("ID=wolfi\nVERSION_ID=\"20230201\"\n"));
    root_add(&wolfi, STR("etc/apk/repositories"), STR("https://x.org/alpine/v3.1/main\n"));
    CHECK_STR(root_choose(&wolfi).version, STR("20230201"));
}

TEST(rule_26_vendors)
{
    CHECK(rpm_vendor_is_foreign(STR("Docker"), STR("almalinux")));
    CHECK(rpm_vendor_is_foreign(STR("Fedora Project"), STR("almalinux")));
    CHECK(rpm_vendor_is_foreign(STR("Microsoft Corporation"), STR("rhel")));
    CHECK(rpm_vendor_is_foreign(STR("Elasticsearch"), STR("")));
    CHECK(!rpm_vendor_is_foreign(STR("AlmaLinux"), STR("almalinux")));
    CHECK(!rpm_vendor_is_foreign(STR("Microsoft Corporation"), STR("mariner")));
    CHECK(!rpm_vendor_is_foreign(STR("SUSE LLC <https://www.suse.com/>"), STR("opensuse-leap")));
    CHECK(!rpm_vendor_is_foreign(STR("Red Hat, Inc."), STR("")));
    CHECK(!rpm_vendor_is_foreign(STR(""), STR("amzn")));
}
