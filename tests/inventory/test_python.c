/* SPDX-License-Identifier: Apache-2.0 */
#include "lang.h"

extern const Cataloger cataloger_python;

TEST(rule_42_python_wants_metadata_and_nothing_else)
{
    static const struct {
        const char *path;
        bool wanted;
    } facts[] = {
        {"METADATA", false},
        {"a/METADATA", false},
        {"a/x-1.0.dist-info/RECORD", false},
        {"a/PKG-INFO", false},
        {"a/x-1.0.dist-info/METADATA", true},
        {"a/x-1.0.DIST-INFO/METADATA", true},
        {"a/x-1.0.egg-info/PKG-INFO", true},
        {"a/x-1.0.egg-info", true},
        {"a/x-1.0-py3.8.egg/EGG-INFO/PKG-INFO", true},
        {"a/x-1.0-py3.8.egg", true},
    };
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        Str path = str_from(facts[i].path);
        CHECK(cataloger_python.wants_path(path, desk_base(path)) == facts[i].wanted);
    }
}

/* Rule 42. */
TEST(python_reads_headers_up_to_the_empty_line)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    Str text = STR("Metadata-Version: 2.1\r\nName: Django\r\nVersion: 3.2.0\r\n"
                   "License: A whole\r\n        licence text\r\n"
                   "Classifier: License :: OSI Approved :: BSD License\r\n"
                   "Classifier: License :: OSI Approved\r\nClassifier: Framework :: Django\r\n"
                   "\r\nName: other\r\nVersion: 9\r\n");
    desk_push(&d, &cataloger_python, STR("s/Django-3.2.0.dist-info/METADATA"), text);
    CHECK_STR(desk_package(&d, 0), STR("Django 3.2.0"));
    CHECK_INT(d.sink.packages.at[0].licences.len, 1);
    CHECK_STR(d.sink.packages.at[0].licences.at[0], STR("BSD License"));
    CHECK(d.sink.packages.at[0].confidence >= 1);
    desk_push(&d, &cataloger_python, STR("s/b-2.egg-info"),
              STR("name: b\nversion: 2\nLicense-Expression: MIT\nLicense: x\n"));
    CHECK_STR(desk_package(&d, 1), STR("b 2"));
    CHECK_STR(d.sink.packages.at[1].licences.at[0], STR("MIT"));
    CHECK_INT(d.sink.packages.at[1].licences.len, 1);
}

TEST(python_falls_back_on_the_folder)
{
    static const struct {
        const char *path, *want;
    } facts[] = {
        {"s/six-1.16.0.dist-info/METADATA", "six 1.16.0"},
        {"s/six-1.16.0-py3.9.egg-info", "six 1.16.0"},
        {"s/six-1.16.0-py3.9.egg-info/PKG-INFO", "six 1.16.0"},
        {"s/six-1.16.0-py3.9.egg/EGG-INFO/PKG-INFO", "six 1.16.0"},
    };
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        desk_push(&d, &cataloger_python, str_from(facts[i].path), STR("Summary: x\n"));
        CHECK_STR(desk_package(&d, i), str_from(facts[i].want));
        CHECK(d.sink.packages.at[i].confidence < 1);
    }
    desk_push(&d, &cataloger_python, STR("s/nothing.egg-info"), STR(""));
    CHECK_INT(d.sink.packages.len, COUNT_OF(facts));
    CHECK_INT(d.sink.incomplete.len, 1);
    desk_push(&d, &cataloger_python, STR("s/x-1.egg-info"), STR("Name: a/b\nVersion: 1\n"));
    CHECK_INT(d.sink.packages.len, COUNT_OF(facts));
    CHECK_INT(d.sink.notes.len, 1);
}

TEST(rule_42_python_looks_into_eggs)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    const ZipFile files[] = {{STR("x/__init__.py"), STR("")},
                             {STR("EGG-INFO/PKG-INFO"), STR("Name: x\nVersion: 1.5\n")}};
    desk_push(&d, &cataloger_python, STR("s/x-1.5-py2.7.egg"), zip_make(&d.arena, files, 2));
    CHECK_STR(desk_package(&d, 0), STR("x 1.5"));
    desk_push(&d, &cataloger_python, STR("s/y-1.5-py2.7.egg"), STR("PK\3\4 cut short"));
    CHECK_INT(d.sink.incomplete.len, 1);
}
