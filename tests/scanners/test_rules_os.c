/* SPDX-License-Identifier: Apache-2.0 */
/* The numbered rules of docs/matching-rules.md that concern Debian, Ubuntu and Alpine. */
#include "scene.h"

static void debian(Scene *s)
{
    scene_init(s);
    scene_os(s, "debian", "12");
}

static void alpine(Scene *s)
{
    scene_init(s);
    scene_os(s, "alpine", "3.20.3");
}

TEST(rule_1_source_name_and_version)
{
    Scene s CLEANUP(scene_fini) = {0};
    debian(&s);
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "util-linux", "2.38.1-5+deb12u1");
    scene_fix(&s, "CVE-2024-0002", "Debian:12", "bsdutils", "1:2.38.1-6");
    scene_source(&s, PACKAGE_DEB, "bsdutils", "1:2.38.1-5", "util-linux", "2.38.1-5");
    scene_source(&s, PACKAGE_DEB, "mount", "2.38.1-5+b1", "util-linux", "2.38.1-5");
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0002")); /* the binary's name is not asked for */
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->packages.len == 2);
    CHECK_STR(f->unit, STR("util-linux"));
    CHECK_STR(f->eco, STR("Debian"));
    CHECK_STR(f->fixed_in.at[0], STR("2.38.1-5+deb12u1"));
    CHECK(str_contains(f->evidence.at[0].why,
                       STR("2.38.1-5 < 2.38.1-5+deb12u1; source package util-linux of bsdutils, "
                           "mount; some/path")));
    CHECK(f->evidence.at[0].confidence > .94);
    CHECK_INT(f->inputs.fix, FIX_AVAILABLE);
}

TEST(rule_7_tracker_states)
{
    Scene s CLEANUP(scene_fini) = {0};
    debian(&s);
    scene_file(&s, "debian/tracker.json",
               "{\"foo\":{"
               "\"CVE-2024-0001\":{\"releases\":{\"bookworm\":{\"status\":\"open\","
               "\"urgency\":\"medium\",\"nodsa_reason\":\"ignored\"}}},"
               "\"CVE-2024-0002\":{\"releases\":{\"bookworm\":{\"status\":\"open\","
               "\"urgency\":\"low\",\"nodsa_reason\":\"postponed\"}}},"
               "\"CVE-2024-0003\":{\"releases\":{\"bookworm\":{\"status\":\"resolved\","
               "\"fixed_version\":\"0\",\"urgency\":\"low\"}}}}}");
    scene_package(&s, PACKAGE_DEB, "foo", "1.0-1");
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0003"));
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->status == STATUS_WILL_NOT_FIX && f->inputs.fix == FIX_WONTFIX);
    f = scene_find(&s, "CVE-2024-0002");
    CHECK(f && f->status == STATUS_DEFERRED && f->inputs.fix == FIX_NONE);
}

TEST(rule_7_a_fix_overrides_a_stale_state)
{
    Scene s CLEANUP(scene_fini) = {0};
    debian(&s);
    scene_fix(&s, "CVE-2020-8631", "Debian:12", "foo", "1.0-2");
    scene_file(&s, "debian/tracker.json",
               "{\"foo\":{\"CVE-2020-8631\":{\"releases\":{\"bookworm\":{\"status\":\"open\","
               "\"urgency\":\"low\",\"nodsa_reason\":\"ignored\"}}}}}");
    scene_package(&s, PACKAGE_DEB, "foo", "1.0-1");
    scene_match(&s);
    const Finding *f = scene_find(&s, "CVE-2020-8631");
    CHECK(f && f->evidence.len == 2 && f->status == STATUS_AFFECTED);
    s.inventory.packages.at[0].version = STR("1.0-2");
    s.inventory.packages.at[0].source_version = (Str){0};
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
}

static void urgency(Scene *s, const char *word, Severity want)
{
    debian(s);
    Str text = arena_printf(
        &s->arena,
        "{\"id\":\"DEBIAN-CVE-2024-0001\",\"upstream\":[\"CVE-2024-0001\"],\"affected\":[{"
        "\"package\":{\"ecosystem\":\"Debian:12\",\"name\":\"foo\"},\"ranges\":[{\"type\":"
        "\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"}]}],\"ecosystem_specific\":{\"urgency\":"
        "\"%s\"}}]}",
        word);
    scene_osv(s, arena_c_str(&s->arena, text));
    scene_package(s, PACKAGE_DEB, "foo", "1.0-1");
    scene_match(s);
    const Finding *f = scene_find(s, "CVE-2024-0001");
    CHECK(f);
    CHECK_INT(f->severity, want);
    CHECK_INT(f->inputs.fix, FIX_NONE);
}

TEST(rule_8_debian_urgency)
{
    Scene s CLEANUP(scene_fini) = {0};
    urgency(&s, "not yet assigned", SEVERITY_UNKNOWN);
    CHECK(!(s.findings.at[0].inputs.known & INPUT_SEVERITY));
    urgency(&s, "unimportant", SEVERITY_NEGLIGIBLE);
    urgency(&s, "high", SEVERITY_HIGH);
    CHECK(str_starts(s.findings.at[0].severity_source, STR("osv/")));
}

static void ubuntu(Scene *s, const char *version)
{
    scene_init(s);
    scene_os(s, "ubuntu", "16.04");
    scene_osv(s, "{\"id\":\"UBUNTU-CVE-2024-0001\",\"upstream\":[\"CVE-2024-0001\"],\"affected\":["
                 "{\"package\":{\"ecosystem\":\"Ubuntu:16.04:LTS\",\"name\":\"foo\"},\"ranges\":[{"
                 "\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"}]}]},"
                 "{\"package\":{\"ecosystem\":\"Ubuntu:Pro:16.04:LTS\",\"name\":\"foo\"},"
                 "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},"
                 "{\"fixed\":\"1.0-1ubuntu1+esm2\"}]}]}]}");
    scene_package(s, PACKAGE_DEB, "foo", version);
    scene_match(s);
}

TEST(rule_9_extended_support_is_a_stream_of_its_own)
{
    Scene s CLEANUP(scene_fini) = {0};
    ubuntu(&s, "1.0-1ubuntu1+esm2"); /* subscribed and up to date */
    CHECK(!scene_find(&s, "CVE-2024-0001"));
    ubuntu(&s, "1.0-1ubuntu1"); /* not subscribed: the fix is out of reach */
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->fixed_in.len == 0 && f->inputs.fix == FIX_NONE);
    ubuntu(&s, "1.0-1ubuntu1+esm1");
    f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->fixed_in.len == 1 && f->inputs.fix == FIX_AVAILABLE);
}

TEST(rule_11_packages_of_other_vendors)
{
    Scene s CLEANUP(scene_fini) = {0};
    debian(&s);
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "nodejs", "99");
    scene_package(&s, PACKAGE_DEB, "nodejs", "20.1-1nodesource1")->third_party = true;
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    CHECK(scene_says(&s.incomplete, "nodejs")); /* unknown, not clean */
    s.inventory.packages.at[0].third_party = false;
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_29_origin)
{
    Scene s CLEANUP(scene_fini) = {0};
    alpine(&s);
    scene_fix(&s, "CVE-2024-0001", "Alpine:v3.20", "openssl", "3.3.2-r1");
    scene_fix(&s, "CVE-2024-0002", "Alpine:v3.20", "libssl3", "99-r0");
    scene_fix(&s, "CVE-2024-0003", "Alpine:v3.20", "openssl", "3.3.2-r0");
    scene_fix(&s, "CVE-2024-0004", "Alpine:v3.19", "openssl", "99-r0");
    scene_source(&s, PACKAGE_APK, "libssl3", "3.3.2-r0", "openssl", "3.3.2-r0");
    scene_match(&s);
    CHECK_INT(s.findings.len, 1);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_30_never_affected)
{
    Scene s CLEANUP(scene_fini) = {0};
    alpine(&s);
    scene_file(
        &s, "alpine-secdb/v3.20/main.json",
        "{\"distroversion\":\"v3.20\",\"reponame\":\"main\",\"packages\":[{\"pkg\":{\"name\":"
        "\"foo\",\"secfixes\":{\"0\":[\"CVE-2024-0001\"],\"1.2-r3\":[\"CVE-2024-0002\"]}}}"
        "]}");
    scene_fix(&s, "CVE-2024-0001", "Alpine:v3.20", "foo", "2-r0");
    scene_package(&s, PACKAGE_APK, "foo", "1.2-r2");
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0001"));
    CHECK(scene_counts(&s, "CVE-2024-0002"));
}

TEST(rule_31_edge)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "alpine", "3.21_alpha20240807");
    scene_fix(&s, "CVE-2024-0001", "Alpine:edge", "foo", "2-r0");
    scene_fix(&s, "CVE-2024-0002", "Alpine:v3.21", "foo", "2-r0");
    scene_package(&s, PACKAGE_APK, "foo", "1-r0");
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0002"));
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_33_wolfi)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "wolfi", "20230201");
    scene_fix(&s, "CVE-2024-0001", "Wolfi", "foo", "2-r0");
    scene_fix(&s, "CVE-2024-0002", "Wolfi", "foo", "0");
    scene_source(&s, PACKAGE_APK, "foo-libs", "1-r0", "foo", "1-r0");
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0002"));
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_60_codename_alone)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "debian", "");
    s.inventory.subject.os.codename = STR("bookworm");
    scene_file(&s, "eol/eol.csv",
               "distro,kind,release,codename,released,eol,extended_eol,latest,source\n"
               "debian,os,12,Bookworm,2023-06-10,2026-07-11,2028-06-30,12.15,x\n");
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "foo", "2");
    scene_package(&s, PACKAGE_DEB, "foo", "1");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
    s.inventory.subject.os.codename = STR("sid");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    CHECK(scene_says(&s.incomplete, "debian"));
}

TEST(rule_67_release_without_data_is_unknown)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "debian", "14");
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "foo", "2");
    scene_package(&s, PACKAGE_DEB, "foo", "1");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    CHECK(scene_says(&s.incomplete, "Debian:14"));
    scene_os(&s, "", "");
    scene_match(&s);
    CHECK(scene_says(&s.incomplete, "unknown distribution"));
    scene_os(&s, "debian", "12.5");
    scene_match(&s);
    CHECK_INT(s.incomplete.len, 0);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_68_kernel_in_a_container)
{
    Scene s CLEANUP(scene_fini) = {0};
    debian(&s);
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "linux", "6.1.90-1");
    scene_fix(&s, "CVE-2024-0002", "Debian:12", "linux-pam", "9");
    scene_source(&s, PACKAGE_DEB, "linux-libc-dev", "6.1.76-1", "linux", "6.1.76-1");
    scene_source(&s, PACKAGE_DEB, "libpam0g", "1.5", "linux-pam", "1.5");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0002")); /* no kernel, whatever its name begins with */
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->mask.reason.len && f->status == STATUS_AFFECTED);
    CHECK_STR(f->mask.author, STR("rule 68"));
    CHECK_INT(s.masked, 1);
}

/* Two versions of one source: what both have is one finding, and counted once. */
TEST(rule_68_masked_findings_are_counted)
{
    Scene s CLEANUP(scene_fini) = {0};
    debian(&s);
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "linux", "6.1.90-1");
    scene_fix(&s, "CVE-2024-0002", "Debian:12", "linux", "6.1.80-1");
    scene_fix(&s, "CVE-2024-0003", "Debian:12", "linux", "6.1.76-1");
    scene_fix(&s, "CVE-2024-0004", "Debian:12", "linux", "6.1.90-1");
    scene_file(&s, "vulnrichment/2024/0xxx/CVE-2024-0004.json",
               "{\"cveMetadata\":{\"cveId\":\"CVE-2024-0004\",\"state\":\"REJECTED\"},"
               "\"containers\":{\"cna\":{}}}");
    scene_source(&s, PACKAGE_DEB, "linux-libc-dev", "6.1.76-1", "linux", "6.1.76-1");
    scene_match(&s);
    CHECK_INT(s.masked, 2);
    scene_source(&s, PACKAGE_DEB, "linux-headers-6.1.0-19", "6.1.85-1", "linux", "6.1.85-1");
    scene_match(&s);
    CHECK_INT(s.findings.len, 2);
    scene_source(&s, PACKAGE_NPM, "linux", "1.0.0", "linux", "1.0.0");
    scene_match(&s);
    CHECK_INT(s.findings.len, 2);
}

/* Where a package names one vulnerability twice, its records are weighed before they are counted. */
TEST(rule_68_records_of_one_flaw_are_counted_once)
{
    Scene s CLEANUP(scene_fini) = {0};
    debian(&s);
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "linux", "6.1.90-1");
    scene_fix(&s, "CVE-2024-0002", "Debian:12", "linux", "6.1.90-1");
    scene_osv(&s, "{\"id\":\"DSA-9999-1\",\"modified\":\"2026-01-01T00:00:00Z\","
                  "\"upstream\":[\"CVE-2024-0001\"],\"affected\":[{\"package\":{\"ecosystem\":"
                  "\"Debian:12\",\"name\":\"linux\"},\"ranges\":[{\"type\":\"ECOSYSTEM\","
                  "\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"6.1.95-1\"}]}]}]}");
    scene_source(&s, PACKAGE_DEB, "linux-libc-dev", "6.1.76-1", "linux", "6.1.76-1");
    scene_match(&s);
    CHECK_INT(s.masked, 2);
}

TEST(rule_68_kernel_of_a_host)
{
    Scene s CLEANUP(scene_fini) = {0};
    debian(&s);
    s.inventory.subject.kind = SUBJECT_HOST;
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "linux", "6.1.90-1");
    scene_source(&s, PACKAGE_DEB, "linux-libc-dev", "6.1.76-1", "linux", "6.1.76-1");
    scene_match(&s);
    CHECK(!scene_counts(&s, "CVE-2024-0001")); /* headers do not run */
    scene_source(&s, PACKAGE_DEB, "linux-image-6.1.0-18-amd64", "6.1.76-1", "linux-signed-amd64",
                 "6.1.76+1");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
    s.options.running_kernel = STR("6.1.0-20-amd64");
    scene_match(&s);
    CHECK(scene_find(&s, "CVE-2024-0001") && !scene_counts(&s, "CVE-2024-0001"));
    s.options.running_kernel = STR("6.1.0-18-amd64");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_69_signed_kernel)
{
    Scene s CLEANUP(scene_fini) = {0};
    debian(&s);
    s.inventory.subject.kind = SUBJECT_HOST;
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "linux", "6.1.76-1");
    scene_fix(&s, "CVE-2024-0002", "Debian:12", "linux", "6.1.76-2");
    scene_source(&s, PACKAGE_DEB, "linux-image-6.1.0-18-amd64", "6.1.76-1", "linux-signed-amd64",
                 "6.1.76+1");
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0001"));
    const Finding *f = scene_find(&s, "CVE-2024-0002");
    CHECK(f != NULL);
    CHECK_STR(f->unit, STR("linux"));
}

TEST(rule_70_version_of_the_source)
{
    Scene s CLEANUP(scene_fini) = {0};
    debian(&s);
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "gcc-defaults", "1.204");
    scene_fix(&s, "CVE-2024-0002", "Debian:12", "lvm2", "2.03.16-2");
    scene_source(&s, PACKAGE_DEB, "gcc", "4:12.2.0-3", "gcc-defaults", "1.203");
    scene_source(&s, PACKAGE_DEB, "dmsetup", "2:1.02.185-2", "lvm2", "2.03.16-2");
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0002"));
    CHECK(scene_counts(&s, "CVE-2024-0001")); /* 4:12.2 would not be below it */
}

TEST(real_debian_glibc)
{
    Scene s CLEANUP(scene_fini) = {0};
    debian(&s);
    scene_shared(&s, "osv/Debian");
    scene_source(&s, PACKAGE_DEB, "libc6", "2.36-9+deb12u2", "glibc", "2.36-9+deb12u2");
    scene_source(&s, PACKAGE_DEB, "curl", "7.88.1-10+deb12u4", "curl", "7.88.1-10+deb12u4");
    scene_match(&s);
    const Finding *f = scene_find(&s, "CVE-2023-4911");
    CHECK(f && str_eq(f->fixed_in.at[0], STR("2.36-9+deb12u3")));
    CHECK(!scene_find(&s, "CVE-2023-38545")); /* fixed in the installed version */
}

TEST(real_alpine_openssl)
{
    Scene s CLEANUP(scene_fini) = {0};
    alpine(&s);
    scene_shared(&s, "alpine-secdb");
    scene_source(&s, PACKAGE_APK, "libssl3", "3.3.1-r3", "openssl", "3.3.1-r3");
    scene_match(&s);
    const Finding *f = scene_find(&s, "CVE-2024-6119");
    CHECK(f && str_eq(f->fixed_in.at[0], STR("3.3.2-r0")));
}
