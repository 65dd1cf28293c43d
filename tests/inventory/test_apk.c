/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "catalog.h"

static const Str installed = STR_INIT("lib/apk/db/installed");

TEST(apk_garbage_is_named)
{
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    catalog_read(&c, installed,
                 STR("\x7f"
                     "ELF\x00\x01\nP:a\n\nV:1\n\nR:orphan\n"));
    CHECK_INT(c.sink.packages.len, 0);
    CHECK_INT(c.sink.owned.len, 0);
    CHECK_INT(c.sink.incomplete.len, 1);
    CHECK(catalog_of(STR("srv/root/lib/apk/db/installed")) == NULL);
}

TEST(rule_29_origin_is_the_source)
{
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    catalog_read(&c, installed,
                 STR("C:Q1abc=\nP:libcrypto3\nV:3.3.2-r0\nA:x86_64\nS:1\nL:Apache-2.0\n"
                     "o:openssl\nm:A <a@b.c>\nF:\nR:top\nF:lib\nR:libcrypto.so.3\na:0:0:755\n\n"
                     "P:.build-deps\nV:20240101\n\nP:musl\nV:1.2.5-r0\nL:MIT\n\n"));
    CHECK_INT(c.sink.packages.len, 2);
    const Package *p = catalog_find(&c, STR("libcrypto3"));
    CHECK_STR(p->source_name, STR("openssl"));
    CHECK_STR(p->version, STR("3.3.2-r0"));
    CHECK_STR(p->licences.at[0], STR("Apache-2.0"));
    CHECK_STR(p->vendor, STR("A <a@b.c>"));
    CHECK_INT(c.sink.owned.len, 2);
    CHECK(catalog_of(STR("usr/lib/apk/db/installed")) == catalog_of(installed));
    CHECK(catalog_of(STR("srv/lib/apk/db/installed")) == NULL);
    CHECK_STR(c.sink.owned.at[0].path, STR("top"));
    CHECK_STR(c.sink.owned.at[1].path, STR("lib/libcrypto.so.3"));
    CHECK_STR(c.sink.owned.at[1].package, STR("libcrypto3"));
    CHECK_INT(c.sink.incomplete.len, 0);
}

TEST(one_long_folder_cannot_fill_the_memory)
{
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    c.limits.memory = 1 << 20;
    Buf text CLEANUP(buf_fini) = {0};
    buf_put(&text, STR("P:a\nV:1\nF:"));
    for (int i = 0; i < 4000; i++)
        buf_put_char(&text, 'd');
    for (int i = 0; i < 10000; i++)
        buf_put(&text, STR("\nR:f"));
    catalog_read(&c, installed, buf_str(&text));
    CHECK(c.arena.used < 1 << 20);
    CHECK(c.sink.incomplete.len > 0);
}
