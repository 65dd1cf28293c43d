/* SPDX-License-Identifier: Apache-2.0 */
#include "base/program.h"

#include "base/buf.h"
#include "base/fd.h"
#include "test.h"

/* Test programs are linked like the program itself. */
TEST(program_build_id_is_a_sha1)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Str id = program_build_id(&arena);
    CHECK_INT(id.len, 40);
    for (size_t i = 0; i < id.len; i++)
        CHECK(char_is_digit(id.ptr[i]) || (id.ptr[i] >= 'a' && id.ptr[i] <= 'f'));
    CHECK_STR(program_build_id(&arena), id);
}

/* The note as it stands in the file: 4 bytes of name, 20 of id, type 3, "GNU". */
TEST(program_build_id_is_the_files_own)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Str id = program_build_id(&arena), file;
    REQUIRE_OK(file_read(STR("/proc/self/exe"), 1 << 30, &arena, &file, &err));
    static const Str head = STR_INIT("\4\0\0\0\24\0\0\0\3\0\0\0GNU\0");
    size_t at = str_find(file, head);
    Buf hex CLEANUP(buf_fini) = {0};
    if (at == STR_NONE)
        test_skip("no build id of this byte order");
    for (size_t i = 0; i < 20; i++)
        buf_printf(&hex, "%02x", (unsigned char)str_at(file, at + head.len + i));
    CHECK_STR(id, buf_str(&hex));
}
