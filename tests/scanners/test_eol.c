/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

static void scene_eol(Scene *s, const char *id, const char *version)
{
    scene_init(s);
    scene_file(s, "eol/eol.csv",
               "distro,kind,release,codename,released,eol,extended_eol,latest,source\n"
               "debian,os,12,Bookworm,2023-06-10,2026-07-11,2028-06-30,12.15,x\n"
               "ubuntu,os,16.04,Xenial,2016-04-21,2021-04-30,2026-12-31,16.04.7,x\n"
               "alpine,os,3.20,,2024-05-22,2026-04-01,,3.20.9,x\n"
               "go,software,1.20,,2023-02-01,2024-02-06,,1.20.14,x\n"
               "go,software,1.26,,2026-02-10,no,,1.26.7,x\n");
    scene_os(s, id, version);
}

TEST(rule_61_end_of_life)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_eol(&s, "debian", "12");
    s.options.as_of = date_of(2026, 7, 11); /* the last day counts as supported */
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    CHECK(s.eol.known && !s.eol.past && s.eol.date == date_of(2026, 7, 11));
    s.options.as_of = date_of(2026, 11, 22);
    scene_match(&s);
    const Finding *f = scene_find(&s, "eol:debian:12");
    CHECK(f && f->kind == KIND_CONFIG && f->inputs.level == LEVEL_LOW);
    CHECK(s.eol.past && s.eol.extended && s.notes.len == 0);
    CHECK_STR(f->unit, f->id);
    s.options.as_of = date_of(2028, 7, 1);
    scene_match(&s);
    f = scene_find(&s, "eol:debian:12");
    CHECK(f && f->inputs.level == LEVEL_HIGH);
    CHECK(s.eol.past && !s.eol.extended && scene_says(&s.notes, "support has ended"));
}

TEST(eol_paid_support_is_no_support)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_eol(&s, "ubuntu", "16.04");
    scene_match(&s);
    const Finding *f = scene_find(&s, "eol:ubuntu:16.04");
    CHECK(f && f->inputs.level == LEVEL_HIGH);
}

TEST(eol_release_by_its_first_numbers)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_eol(&s, "alpine", "3.21.0");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    CHECK(!s.eol.known);
    scene_os(&s, "alpine", "3.20.3");
    scene_match(&s);
    CHECK(scene_find(&s, "eol:alpine:3.20"));
}

TEST(eol_os_release_says_so_itself)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_eol(&s, "fedora", "40");
    scene_match(&s);
    CHECK(!s.eol.known);
    s.inventory.subject.os.support_end = date_of(2025, 5, 13);
    scene_match(&s);
    CHECK(scene_find(&s, "eol:fedora:40"));
}

TEST(eol_runtime)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_eol(&s, "", "");
    scene_package(&s, PACKAGE_GOLANG, "stdlib", "1.26.1");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    scene_package(&s, PACKAGE_GOLANG, "stdlib", "1.20.3");
    scene_package(&s, PACKAGE_GOLANG, "stdlib", "1.20.5");
    scene_match(&s);
    CHECK_INT(s.findings.len, 1);
    const Finding *f = scene_find(&s, "eol:go:1.20");
    CHECK(f && f->packages.len == 2 && f->inputs.level == LEVEL_HIGH);
}
