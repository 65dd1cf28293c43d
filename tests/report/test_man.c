/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

/* The manual pages are what --help is made from. */
TEST(man_pages_lint_clean)
{
    Arena arena CLEANUP(arena_fini) = {0};
    if (system("command -v mandoc >/dev/null 2>&1") != 0)
        test_skip("no mandoc here");
    Str command = arena_printf(&arena, "cd '" STR_FMT "' && test -z \"$(mandoc -Tlint *.1 2>&1)\"",
                               STR_ARG(test_source(&arena, "docs/man")));
    CHECK_INT(system(arena_c_str(&arena, command)), 0);
}
