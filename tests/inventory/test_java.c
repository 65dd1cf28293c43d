/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/jar.h"
#include "lang.h"

extern const Cataloger cataloger_java;

#define POM(g, a, v) STR("#made\ngroupId=" g "\nartifactId=" a "\nversion=" v "\n")

TEST(jar_names_split)
{
    static const struct {
        const char *base, *artifact, *version;
    } facts[] = {
        {"app.jar", "app", ""},
        {"level-3-jar.jar", "level-3-jar", ""},
        {"log4j-core-2.14.1.jar", "log4j-core", "2.14.1"},
        {"log4j-1.2-api-2.14.1.jar", "log4j-1.2-api", "2.14.1"},
        {"commons-lang3-3.12.0.jar", "commons-lang3", "3.12.0"},
        {"guava-31.1-jre.jar", "guava", "31.1-jre"},
        {"foo-1.0-beta-3.jar", "foo", "1.0-beta-3"},
        {"foo-1.0-20230101.120000-1.jar", "foo", "1.0-20230101.120000-1"},
        {"hibernate-jpa-2.1-api-1.0.0.Final.jar", "hibernate-jpa-2.1-api", "1.0.0.Final"},
        {"netty-tcnative-2.0.54.Final-linux-x86_64.jar", "netty-tcnative", "2.0.54.Final"},
        {"mssql-jdbc-9.4.0.jre11.jar", "mssql-jdbc", "9.4.0.jre11"},
        {"-1.jar", "-1", ""},
        {"jar", "jar", ""},
    };
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        JarName name = jar_name_read(str_from(facts[i].base));
        CHECK_STR(name.artifact, str_from(facts[i].artifact));
        CHECK_STR(name.version, str_from(facts[i].version));
    }
}

TEST(java_ignores_attributes_of_macos)
{
    CHECK(!cataloger_java.wants_path(STR("a/._x.jar"), STR("._x.jar")));
    CHECK(!cataloger_java.wants_path(STR("a/x.zip"), STR("x.zip")));
    CHECK(cataloger_java.wants_path(STR("a/x.WAR"), STR("x.WAR")));
}

/* Rule 39: pom.properties first, also in archives in archives. */
TEST(rule_39_nested_archives)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    const ZipFile jar[] = {
        {STR("META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties"),
         POM("org.apache.logging.log4j", "log4j-core", "2.14.1")}};
    const ZipFile war[] = {
        {STR("WEB-INF/lib/log4j-core-2.14.1.jar"), zip_make(&d.arena, jar, COUNT_OF(jar))}};
    const ZipFile ear[] = {{STR("shop.war"), zip_make(&d.arena, war, COUNT_OF(war))}};
    desk_push(&d, &cataloger_java, STR("opt/all.ear"), zip_make(&d.arena, ear, COUNT_OF(ear)));
    CHECK_INT(d.sink.packages.len, 1);
    CHECK_STR(desk_package(&d, 0), STR("org.apache.logging.log4j:log4j-core 2.14.1"));
    CHECK_STR(d.sink.packages.at[0].paths.at[0],
              STR("opt/all.ear!/shop.war!/WEB-INF/lib/log4j-core-2.14.1.jar"));
    CHECK_STR(d.sink.packages.at[0].found_by, STR("java: pom.properties"));
    CHECK(d.sink.packages.at[0].confidence >= 1);
    CHECK_INT(d.sink.incomplete.len, 0);
}

TEST(rule_39_shaded_parts_are_told_from_the_archive_itself)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    const ZipFile jar[] = {
        {STR("META-INF/maven/org.yaml/snakeyaml/pom.properties"),
         POM("org.yaml", "snakeyaml", "1.26")},
        {STR("META-INF/maven/com.example/app/pom.properties"), POM("com.example", "app", "3.0")},
    };
    desk_push(&d, &cataloger_java, STR("app-3.0.jar"), zip_make(&d.arena, jar, COUNT_OF(jar)));
    CHECK_INT(d.sink.packages.len, 2);
    CHECK_STR(desk_find(&d, STR("com.example:app"))->found_by, STR("java: pom.properties"));
    CHECK_STR(desk_find(&d, STR("org.yaml:snakeyaml"))->found_by,
              STR("java: pom.properties, shaded"));
    /* An archive none of them agrees with is a package of its own if its name has a version. */
    desk_push(&d, &cataloger_java, STR("other-7.0.jar"), zip_make(&d.arena, jar, COUNT_OF(jar)));
    CHECK_INT(d.sink.packages.len, 5);
    CHECK_STR(desk_package(&d, 4), STR("other 7.0"));
}

/* Rule 75: the group from the manifest or not at all, with less confidence. */
TEST(rule_75_a_group_is_never_invented)
{
    static const struct {
        const char *base, *manifest, *classes, *want;
        int confidence; /* tenths */
    } facts[] = {
        {"spring-beans-5.3.10.jar",
         "Implementation-Title: spring-beans\nAutomatic-Module-Name: spring.beans\n"
         "Implementation-Version: 5.3.10\n",
         "org/springframework/beans/Bean.class", "spring-beans 5.3.10", 6},
        {"spring-beans-3.2.0.jar", "Implementation-Vendor-Id: org.springframework\n",
         "org/springframework/beans/Bean.class", "org.springframework:spring-beans 3.2.0", 8},
        {"activation-1.1.1.jar", "Implementation-Vendor-Id: com.sun\n", "javax/activation/A.class",
         "activation 1.1.1", 6},
        {"x-api-1.0.jar", "Implementation-Vendor-Id: org.example\n", NULL, "org.example:x-api 1.0",
         8},
        {"logback-classic-1.2.3.jar", "Bundle-SymbolicName: ch.qos.logback.classic;x=1\n", NULL,
         "ch.qos.logback:logback-classic 1.2.3", 8},
        {"jackson-core-2.9.8.jar",
         "Bundle-SymbolicName: com.fasterxml.jackson.core.jack\n son-core", NULL,
         "com.fasterxml.jackson.core:jackson-core 2.9.8", 8},
        {"git.hpi", "Group-Id: org.jenkins-ci.plugins\nShort-Name: git\nPlugin-Version: 4.0.0\n",
         NULL, "org.jenkins-ci.plugins:git 4.0.0", 8},
        {"app.jar",
         "Implementation-Title: demo\nBundle-Version: ${v}\nSpecification-Version: 1.0\n", NULL,
         "demo 1.0", 6},
        {"app-2.0.jar", "\nImplementation-Version: 9\n", NULL, "app 2.0", 6},
    };
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        Desk d CLEANUP(desk_fini);
        desk_init(&d);
        const ZipFile jar[] = {{STR("META-INF/MANIFEST.MF"), str_from(facts[i].manifest)},
                               {str_from(facts[i].classes), STR("")}};
        desk_push(&d, &cataloger_java, str_from(facts[i].base),
                  zip_make(&d.arena, jar, facts[i].classes ? 2 : 1));
        CHECK_INT(d.sink.packages.len, 1);
        CHECK_STR(desk_package(&d, 0), str_from(facts[i].want));
        CHECK_INT(d.sink.packages.at[0].confidence * 10, facts[i].confidence);
    }
}

TEST(java_takes_the_group_from_the_path_of_a_pom)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    const ZipFile jar[] = {{STR("META-INF/maven/com.example/thing/pom.xml"), STR("<project/>")}};
    desk_push(&d, &cataloger_java, STR("thing-1.5.jar"), zip_make(&d.arena, jar, 1));
    CHECK_STR(desk_package(&d, 0), STR("com.example:thing 1.5"));
}

TEST(java_notes_an_archive_without_a_version)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    const ZipFile jar[] = {{STR("a/B.class"), STR("")}};
    desk_push(&d, &cataloger_java, STR("app.jar"), zip_make(&d.arena, jar, 1));
    CHECK_INT(d.sink.packages.len, 0);
    CHECK_INT(d.sink.notes.len, 1);
    desk_push(&d, &cataloger_java, STR("cut.jar"), STR("PK\3\4 cut short"));
    CHECK_INT(d.sink.incomplete.len, 1);
}

TEST(rule_39_bounds_the_depth_of_archives)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    Str inner = STR("");
    for (int i = 0; i < 12; i++) {
        const ZipFile jar[] = {{STR("x.jar"), inner}};
        inner = zip_make(&d.arena, jar, 1);
    }
    desk_push(&d, &cataloger_java, STR("deep.jar"), inner);
    CHECK_INT(d.sink.incomplete.len, 1);
    CHECK(str_contains(d.sink.incomplete.at[0].why, STR("deeper than 6")));
}

TEST(rule_39_bounds_what_is_unpacked)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    ZipFile files[60] = {0};
    Str inner = STR("x");
    for (int depth = 0; depth < 2; depth++) {
        for (size_t i = 0; i < COUNT_OF(files); i++)
            files[i] = (ZipFile){STR("x.jar"), inner};
        inner = zip_make(&d.arena, files, COUNT_OF(files));
    }
    d.limits.file_bytes = inner.len / 8;
    desk_push(&d, &cataloger_java, STR("wide.jar"), inner);
    bool said = false;
    for (size_t i = 0; i < d.sink.incomplete.len; i++)
        said = said || str_contains(d.sink.incomplete.at[i].why, STR("the rest is not examined"));
    CHECK(said);
}
