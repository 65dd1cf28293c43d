/* SPDX-License-Identifier: Apache-2.0 */
/* Where the numbered rules of docs/matching-rules.md end: cases that a small change of the matcher
 * would get wrong. */
#include "scene.h"

/* Only the image's own release knows it: the older one, no longer maintained, is silent. */
TEST(rule_4_what_the_older_release_never_heard_of)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "debian", "12");
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "openssl", "3.0.11-1~deb12u2");
    scene_fix(&s, "CVE-2024-0002", "Debian:11", "other", "1");
    scene_package(&s, PACKAGE_DEB, "openssl", "1.1.1w-0+deb11u1");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

/* "No fix yet" of one record and a fix in another are stale for distributions only: to a language's
 * ecosystem both are ranges of one union. */
TEST(rule_72_an_open_range_is_not_stale)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_osv(&s, "{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"aliases\":[\"CVE-2024-0001\"],\"affected\":[{"
                  "\"package\":{\"ecosystem\":\"npm\",\"name\":\"foo\"},\"ranges\":[{\"type\":"
                  "\"SEMVER\",\"events\":[{\"introduced\":\"2.0.0\"}]}]}]}");
    scene_fix(&s, "CVE-2024-0001", "npm", "foo", "1.5.0");
    scene_package(&s, PACKAGE_NPM, "foo", "1.9.0");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    s.inventory.packages.at[0].version = STR("2.1.0");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

/* Two versions of one package are one finding: the fix that there is, the better of two doubts. */
TEST(rule_46_two_versions_are_one_finding)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_osv(&s, "{\"id\":\"CVE-2024-0001\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\","
                  "\"name\":\"foo\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":"
                  "\"0\"},{\"fixed\":\"1.5.0\"},{\"introduced\":\"3.0.0\"}]}]}]}");
    scene_package(&s, PACKAGE_NPM, "foo", "3.0.0")->confidence = .5;
    scene_package(&s, PACKAGE_NPM, "foo", "1.0.0");
    scene_match(&s);
    CHECK_INT(s.findings.len, 1);
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->packages.len == 2 && f->inputs.fix == FIX_AVAILABLE && f->fixed_in.len == 1);
    CHECK(f && f->inputs.seen.len == 1 && f->inputs.seen.at[0].confidence > .6);
}

/* A deb cannot own a file of an Alpine image in a way that Alpine's feed would judge. */
TEST(rule_36_owner_of_another_system)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "alpine", "3.20.3");
    scene_fix(&s, "CVE-2024-0001", "npm", "lodash", "4.17.21");
    scene_fix(&s, "CVE-2024-0002", "Alpine:v3.20", "other", "2");
    scene_package(&s, PACKAGE_DEB, "node-lodash", "4.17.20");
    scene_package(&s, PACKAGE_NPM, "lodash", "4.17.20")->owner = 0;
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
    s.inventory.packages.at[0].type = PACKAGE_APK;
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0001"));
}

TEST(rule_25_keys_are_not_matched)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "almalinux", "9.4");
    scene_fix(&s, "CVE-2024-0001", "AlmaLinux:9", "gpg-pubkey", "9-1");
    scene_fix(&s, "CVE-2024-0002", "AlmaLinux:9", "gnupg2", "9-1");
    scene_package(&s, PACKAGE_RPM, "gpg-pubkey", "1-1");
    scene_package(&s, PACKAGE_RPM, "gnupg2", "1-1");
    scene_match(&s);
    CHECK_INT(s.findings.len, 1);
    CHECK(scene_counts(&s, "CVE-2024-0002"));
}

/* Of a package named as its source the architecture is its own, and so is the epoch. */
TEST(rule_15_source_of_the_same_name)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "rocky", "9.4");
    scene_osv(&s, "{\"id\":\"CVE-2024-0001\",\"affected\":[{\"package\":{\"ecosystem\":"
                  "\"Rocky Linux:9\",\"name\":\"openssl\",\"purl\":\"pkg:rpm/rocky-linux/openssl"
                  "?arch=x86_64\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{"
                  "\"introduced\":\"0\"},{\"fixed\":\"1:3.0.7-28.el9\"}]}]}]}");
    scene_source(&s, PACKAGE_RPM, "openssl", "1:3.0.7-28.el9", "openssl", "3.0.7-28.el9")->arch =
        STR("x86_64");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0); /* rule 13: the binary's epoch */
    Package *p = &s.inventory.packages.at[0];
    p->version = STR("1:3.0.7-27.el9");
    p->source_version = STR("3.0.7-27.el9");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
    p->arch = STR("s390x");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
}

/* 5.3 is not the beginning of 5.32. */
TEST(rule_16_streams_are_whole_numbers)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "almalinux", "9.4");
    scene_fix(&s, "CVE-2024-0001", "AlmaLinux:9", "perl", "5.32.1-9.module_el9");
    scene_fix(&s, "CVE-2024-0002", "AlmaLinux:9", "perl", "5.3.2-9.module_el9");
    scene_package(&s, PACKAGE_RPM, "perl", "5.3.1-1.module_el9")->modularity =
        STR("perl:5.3:1:abc");
    scene_match(&s);
    CHECK_INT(s.findings.len, 1);
    CHECK(scene_counts(&s, "CVE-2024-0002"));
}

/* Where the fix is of another branch, it is no fix for an rpm. */
TEST(rule_18_fixes_of_other_branches_are_not_offered)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "almalinux", "9.4");
    scene_osv(&s, "{\"id\":\"CVE-2024-0001\",\"affected\":[{\"package\":{\"ecosystem\":"
                  "\"AlmaLinux:9\",\"name\":\"foo\"},\"ranges\":["
                  "{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":"
                  "\"1.0-5.el9_2.3\"}]},{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},"
                  "{\"fixed\":\"1.0-9.el9\"}]}]}]}");
    scene_package(&s, PACKAGE_RPM, "foo", "1.0-5.el9_2.1");
    scene_match(&s);
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->fixed_in.len == 1);
    CHECK_STR(f->fixed_in.at[0], STR("1.0-5.el9_2.3"));
    s.inventory.packages.at[0].version = STR("1.0-5.el9_2.3");
    s.inventory.packages.at[0].source_version = (Str){0};
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
}

/* Versions that are listed one by one stand beside "fixed in 0". */
TEST(rule_24_listed_versions_are_affected_all_the_same)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_osv(&s, "{\"id\":\"CVE-2024-0001\",\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\","
                  "\"name\":\"foo\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{"
                  "\"introduced\":\"0\"},{\"fixed\":\"0\"}]}],\"versions\":[\"1.1\"]}]}");
    scene_package(&s, PACKAGE_PYPI, "foo", "1.0");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    s.inventory.packages.at[0].version = STR("1.1");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

/* A record about a whole package, or about another architecture. */
TEST(rule_74_whole_packages_and_architectures)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_osv(&s, "{\"id\":\"CVE-2024-0001\",\"affected\":[{\"package\":{\"name\":\"a.b/c\","
                  "\"ecosystem\":\"Go\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{"
                  "\"introduced\":\"0\"},{\"fixed\":\"1.2.0\"}]}],\"ecosystem_specific\":{"
                  "\"imports\":[{\"path\":\"a.b/c\",\"goarch\":[\"arm\"]}]}}]}");
    Executable *e = vec_push(&s.arena, &s.inventory.executables);
    *e = (Executable){.goos = STR("linux"), .goarch = STR("amd64"), .symbols = STR("\1\2\3\4")};
    scene_package(&s, PACKAGE_GOLANG, "a.b/c", "v1.1.0")->executable = 0;
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    s.inventory.executables.at[0].goarch = STR("arm");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001")); /* none of its functions is named: all count */
}

/* A kernel may bear its release in its source's name; a language's package is none, however it is
 * called. */
TEST(rule_68_what_is_a_kernel)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "debian", "12");
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "linux-6.1", "6.1.99-1");
    scene_fix(&s, "CVE-2024-0002", "npm", "perf", "2.0.0");
    scene_fix(&s, "CVE-2024-0003", "Debian:12", "linux-pam", "2");
    scene_source(&s, PACKAGE_DEB, "linux-headers-6.1", "6.1.1-1", "linux-6.1", "6.1.1-1");
    scene_package(&s, PACKAGE_NPM, "perf", "1.0.0");
    scene_package(&s, PACKAGE_DEB, "linux-pam", "1");
    scene_match(&s);
    CHECK(scene_find(&s, "CVE-2024-0001") && !scene_counts(&s, "CVE-2024-0001"));
    CHECK(scene_counts(&s, "CVE-2024-0002"));
    CHECK(scene_counts(&s, "CVE-2024-0003"));
}

/* Debian's tracker marks an urgency that it took over: "high**". */
TEST(rule_8_assumed_urgency)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "debian", "12");
    scene_file(&s, "debian/tracker.json",
               "{\"foo\":{\"CVE-2024-0001\":{\"releases\":{\"bookworm\":{\"status\":\"open\","
               "\"urgency\":\"high**\"}}}}}");
    scene_package(&s, PACKAGE_DEB, "foo", "1.0-1");
    scene_match(&s);
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->severity == SEVERITY_HIGH);
}
