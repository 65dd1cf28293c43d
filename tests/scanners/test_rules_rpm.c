/* SPDX-License-Identifier: Apache-2.0 */
/* The numbered rules of docs/matching-rules.md that concern rpm distributions. */
#include "scene.h"

static void alma(Scene *s)
{
    scene_init(s);
    scene_os(s, "almalinux", "9.4");
}

static void rocky(Scene *s)
{
    scene_init(s);
    scene_os(s, "rocky", "9.4");
}

TEST(rule_13_epoch_of_a_source)
{
    Scene s CLEANUP(scene_fini) = {0};
    rocky(&s);
    scene_fix(&s, "CVE-2024-0001", "Rocky Linux:9", "perl", "4:5.32.1-481.el9");
    scene_fix(&s, "CVE-2024-0002", "Rocky Linux:9", "perl", "4:5.32.1-480.el9");
    scene_source(&s, PACKAGE_RPM, "perl-Errno", "1.30-480.el9", "perl", "5.32.1-480.el9");
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0002")); /* no epoch is not epoch 0 here */
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_13_epoch_of_a_binary)
{
    Scene s CLEANUP(scene_fini) = {0};
    alma(&s);
    scene_fix(&s, "CVE-2024-0001", "AlmaLinux:9", "squid", "7:5.5-14.el9_5.3");
    scene_package(&s, PACKAGE_RPM, "squid", "7:5.5-14.el9_5.3");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    s.inventory.packages.at[0].version = STR("7:5.5-13.el9");
    s.inventory.packages.at[0].source_version = (Str){0};
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_14_binary_names)
{
    Scene s CLEANUP(scene_fini) = {0};
    alma(&s);
    scene_fix(&s, "CVE-2024-0001", "AlmaLinux:9", "openssl", "1:3.0.7-28.el9");
    scene_fix(&s, "CVE-2024-0002", "AlmaLinux:9", "openssl-libs", "1:3.0.7-28.el9");
    scene_source(&s, PACKAGE_RPM, "openssl-libs", "1:3.0.7-27.el9", "openssl", "3.0.7-27.el9");
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0001")); /* about a binary that is not installed */
    const Finding *f = scene_find(&s, "CVE-2024-0002");
    CHECK(f != NULL);
    CHECK_STR(f->unit, STR("openssl"));
}

TEST(rule_15_source_architecture)
{
    Scene s CLEANUP(scene_fini) = {0};
    rocky(&s);
    scene_fix(&s, "CVE-2024-0001", "Rocky Linux:9", "openssl", "1:3.0.7-28.el9");
    scene_source(&s, PACKAGE_RPM, "openssl-libs", "1:3.0.7-28.el9", "openssl", "3.0.7-28.el9");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    s.inventory.packages.at[0].version = STR("1:3.0.7-27.el9");
    s.inventory.packages.at[0].source_version = STR("3.0.7-27.el9");
    s.inventory.packages.at[0].arch = STR("amd64");
    scene_match(&s);
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f != NULL);
    CHECK_STR(f->unit, STR("openssl"));
}

TEST(rule_21_debuginfo)
{
    Scene s CLEANUP(scene_fini) = {0};
    alma(&s);
    scene_fix(&s, "CVE-2024-0001", "AlmaLinux:9", "foo-debuginfo", "9-1.el9");
    scene_fix(&s, "CVE-2024-0002", "AlmaLinux:9", "foo", "9-1.el9");
    scene_package(&s, PACKAGE_RPM, "foo-debuginfo", "1-1.el9");
    scene_package(&s, PACKAGE_RPM, "foo", "1-1.el9");
    scene_package(&s, PACKAGE_RPM, "gpg-pubkey", "1-1"); /* rule 25 */
    scene_match(&s);
    CHECK_INT(s.findings.len, 1);
    CHECK(scene_counts(&s, "CVE-2024-0002"));
}

TEST(rule_16_module_streams)
{
    Scene s CLEANUP(scene_fini) = {0};
    alma(&s);
    scene_fix(&s, "CVE-2024-0001", "AlmaLinux:9", "nodejs", "1:18.20.4-1.module_el9.4.0+100");
    scene_package(&s, PACKAGE_RPM, "nodejs", "1:16.20.2-8.module_el9.4.0+90");
    s.inventory.packages.at[0].modularity = STR("nodejs:16:9040020240101:abc");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0); /* another stream's fix */
    s.inventory.packages.at[0].version = STR("1:18.20.2-1.module_el9.4.0+95");
    s.inventory.packages.at[0].source_version = (Str){0};
    s.inventory.packages.at[0].modularity = STR("nodejs:18:9040020240101:abc");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_65_modules_without_a_name)
{
    Scene s CLEANUP(scene_fini) = {0};
    alma(&s);
    scene_fix(&s, "CVE-2024-0001", "AlmaLinux:9", "perl", "4:5.32.1-500.module_el9+1");
    scene_fix(&s, "CVE-2024-0002", "AlmaLinux:9", "perl", "4:5.32.1-500.el9");
    scene_package(&s, PACKAGE_RPM, "perl", "4:5.32.1-480.el9");
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0001"));
    CHECK(scene_counts(&s, "CVE-2024-0002"));
    s.inventory.packages.at[0].version = STR("4:5.32.1-480.module+el9+1");
    s.inventory.packages.at[0].source_version = (Str){0};
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
    CHECK(!scene_find(&s, "CVE-2024-0002"));
}

TEST(rule_18_longer_branches)
{
    Scene s CLEANUP(scene_fini) = {0};
    alma(&s);
    scene_osv(&s, "{\"id\":\"CVE-2024-0001\",\"affected\":[{\"package\":{\"ecosystem\":"
                  "\"AlmaLinux:9\",\"name\":\"foo\"},\"ranges\":["
                  "{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":"
                  "\"1.0-5.el9_2.3\"}]},{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},"
                  "{\"fixed\":\"1.0-9.el9\"}]}]}]}");
    scene_package(&s, PACKAGE_RPM, "foo", "1.0-5.el9_2.3");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    s.inventory.packages.at[0].version = STR("1.0-8.el9");
    s.inventory.packages.at[0].source_version = (Str){0};
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_22_flavours)
{
    Scene s CLEANUP(scene_fini) = {0};
    alma(&s);
    scene_fix(&s, "CVE-2024-0001", "AlmaLinux:9", "glibc", "2:2.34-100.ksplice1.el9");
    scene_fix(&s, "CVE-2024-0002", "AlmaLinux:9", "gnutls", "10:3.8.3-4.el9_4_fips");
    scene_package(&s, PACKAGE_RPM, "glibc", "2.34-60.el9");
    scene_package(&s, PACKAGE_RPM, "gnutls", "3.8.3-4.el9_4");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    scene_package(&s, PACKAGE_RPM, "glibc", "2:2.34-60.ksplice1.el9");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_23_amazon_is_unknown)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "amzn", "2023");
    scene_fix(&s, "CVE-2024-0001", "npm", "lodash", "4.17.21");
    scene_package(&s, PACKAGE_RPM, "nodejs", "1-1.amzn2023");
    scene_package(&s, PACKAGE_NPM, "lodash", "4.17.20")->owner = 0;
    scene_match(&s);
    CHECK(scene_says(&s.incomplete, "amzn"));
    CHECK(scene_counts(&s, "CVE-2024-0001")); /* no feed speaks for the owner */
}

TEST(rule_24_zero_is_not_affected)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "opensuse-leap", "15.6");
    scene_fix(&s, "CVE-2024-0001", "openSUSE:15.6", "foo", "0");
    scene_fix(&s, "CVE-2024-0002", "openSUSE:15.6", "foo", "2-1");
    scene_package(&s, PACKAGE_RPM, "foo", "1-1");
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0001"));
    CHECK(scene_counts(&s, "CVE-2024-0002"));
}

TEST(rule_26_other_vendors)
{
    Scene s CLEANUP(scene_fini) = {0};
    alma(&s);
    scene_fix(&s, "CVE-2024-0001", "AlmaLinux:9", "containerd.io", "99");
    scene_package(&s, PACKAGE_RPM, "containerd.io", "1.6-1.el9")->third_party = true;
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    CHECK(scene_says(&s.incomplete, "containerd.io"));
    s.inventory.packages.at[0].third_party = false;
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_28_kernel_headers)
{
    Scene s CLEANUP(scene_fini) = {0};
    alma(&s);
    scene_fix(&s, "CVE-2024-0001", "AlmaLinux:9", "kernel-headers", "9-1.el9");
    scene_fix(&s, "CVE-2024-0002", "AlmaLinux:9", "glibc-headers", "9-1.el9");
    scene_source(&s, PACKAGE_RPM, "kernel-headers", "5-1.el9", "kernel", "5-1.el9");
    scene_source(&s, PACKAGE_RPM, "glibc-headers", "5-1.el9", "glibc", "5-1.el9");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0002"));
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->mask.reason.len);
    CHECK_STR(f->unit, STR("kernel"));
}

TEST(rule_63_bundles_are_expanded)
{
    Scene s CLEANUP(scene_fini) = {0};
    alma(&s);
    scene_osv(&s,
              "{\"id\":\"ALSA-2024:1\",\"related\":[\"CVE-2024-0001\",\"CVE-2024-0002\"],"
              "\"affected\":[{\"package\":{\"ecosystem\":\"AlmaLinux:9\",\"name\":\"foo\"},"
              "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":"
              "\"2-1.el9\"}]}]}]}");
    scene_osv(&s,
              "{\"id\":\"ALBA-2024:2\",\"affected\":[{\"package\":{\"ecosystem\":"
              "\"AlmaLinux:9\",\"name\":\"foo\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":"
              "[{\"introduced\":\"0\"},{\"fixed\":\"3-1.el9\"}]}]}]}"); /* rule 64 */
    scene_package(&s, PACKAGE_RPM, "foo", "1-1.el9");
    scene_match(&s);
    CHECK_INT(s.findings.len, 2);
    const Finding *f = scene_find(&s, "CVE-2024-0002");
    CHECK(f && f->aliases.len == 1 && str_eq(f->aliases.at[0], STR("ALSA-2024:1")));
}

TEST(real_almalinux_squid)
{
    Scene s CLEANUP(scene_fini) = {0};
    alma(&s);
    scene_shared(&s, "osv/AlmaLinux");
    scene_package(&s, PACKAGE_RPM, "squid", "7:5.5-14.el9_5.2");
    scene_package(&s, PACKAGE_RPM, "podman", "2:4.9.4-0.1.el9");
    scene_match(&s);
    bool fixed = false;
    for (size_t i = 0; i < s.findings.len; i++) {
        for (size_t k = 0; k < s.findings.at[i].fixed_in.len; k++)
            fixed |= str_eq(s.findings.at[i].fixed_in.at[k], STR("7:5.5-14.el9_5.3"));
        CHECK(!str_contains(s.findings.at[i].evidence.at[0].source, STR("ALSA-2024:2193")));
    }
    CHECK(fixed);
}
