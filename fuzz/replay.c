/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/fd.h"
#include "fuzz.h"

/* Runs every file of the folders named through the fuzzer's entry, as an ordinary test. A folder
 * that is not there holds no files. */
static bool replay_file(Fd dir, const char *name, Error *err)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Fd file CLEANUP(fd_close) = -1;
    Str bytes;
    if (!fd_open_read_at(dir, str_from(name), &file, err))
        return err->sys == ENOENT; /* a fuzzer that runs has just found a shorter one */
    if (!fd_read_all(file, str_from(name), UINT64_C(64) << 20, &arena, &bytes, err))
        return false;
    LLVMFuzzerTestOneInput((const uint8_t *)bytes.ptr, bytes.len);
    return true;
}

static bool replay_folder(const char *path, unsigned *files, Error *err)
{
    DIR *dir = opendir(path);
    bool ok = true;
    for (const struct dirent *entry; dir && ok && (entry = readdir(dir));)
        if (entry->d_name[0] != '.' && entry->d_type != DT_DIR) {
            ++*files;
            ok = replay_file(dirfd(dir), entry->d_name, err);
        }
    if (dir)
        closedir(dir);
    return ok;
}

int main(int argc, char **argv)
{
    Error err = {0};
    unsigned files = 0;
    LLVMFuzzerInitialize(&argc, &argv);
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++)
        if (!replay_folder(argv[i], &files, &err)) {
            fprintf(stderr, "%s: %s\n", argv[i], err.message);
            return 1;
        }
    printf("%u files\n", files);
    return 0;
}
