/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/* One program, many cases: TEST(name) { CHECK(...); } Each case runs in a process of its own (ctest
 * calls `program name`); without arguments all cases of the program run. */
typedef struct TestCase {
    const char *name;
    void (*run)(void);
    struct TestCase *next;
} TestCase;

void test_add(TestCase *test);
void test_check(bool ok, const char *file, int line, const char *what);
void test_check_str(Str got, Str want, const char *file, int line, const char *what);
void test_check_int(long long got, long long want, const char *file, int line, const char *what);
_Noreturn void test_skip(const char *reason);

#define TEST(id)                                                                                   \
    static void test_run_##id(void);                                                               \
    __attribute__((constructor)) static void test_register_##id(void)                              \
    {                                                                                              \
        static TestCase test = {.name = #id, .run = test_run_##id};                                \
        test_add(&test);                                                                           \
    }                                                                                              \
    static void test_run_##id(void)

#define CHECK(condition) test_check((condition), __FILE__, __LINE__, #condition)
#define CHECK_STR(got, want) test_check_str((got), (want), __FILE__, __LINE__, #got)
#define CHECK_INT(got, want)                                                                       \
    test_check_int((long long)(got), (long long)(want), __FILE__, __LINE__, #got)
#define FAIL(text) test_check(false, __FILE__, __LINE__, (text))
/* For setup: prints the error and ends the case. */
#define REQUIRE_OK(call)                                                                           \
    do {                                                                                           \
        if (!(call)) {                                                                             \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call, err.message);            \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* A file of the shared test data ("fixtures/versions/pypi.txt") found beside the checkout or under
 * $ASSAY_SHARED; the case is skipped, with this as its reason, where there is none. */
Str test_shared(Arena *arena, const char *path);
/* A file of the checkout ("tests/versions/dpkg.txt"). */
Str test_source(Arena *arena, const char *path);
/* An empty folder that is removed when the case ends. */
Str test_folder(Arena *arena);
