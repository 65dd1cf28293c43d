/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

/* Runs every file of the folders named through the fuzzer's entry, as an ordinary test. The first
 * holds the seeds, without which nothing is tested; any other that is not there holds no files. A
 * file that has gone was made shorter by a fuzzer that runs. Plain libc, since a fuzzer may wrap
 * what ours would open files with. */
static bool replay_file(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return true;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    uint8_t *bytes = malloc(size > 0 ? (size_t)size : 1);
    bool ok = size >= 0 && bytes && fseek(file, 0, SEEK_SET) == 0 &&
              fread(bytes, 1, (size_t)size, file) == (size_t)size;
    fclose(file);
    if (ok)
        LLVMFuzzerTestOneInput(bytes, (size_t)size);
    else
        fprintf(stderr, "%s: cannot be read\n", path);
    free(bytes);
    return ok;
}

static bool replay_folder(const char *path, unsigned *files)
{
    DIR *dir = opendir(path);
    bool ok = true;
    for (const struct dirent *entry; dir && ok && (entry = readdir(dir));)
        if (entry->d_name[0] != '.' && entry->d_type != DT_DIR) {
            ++*files;
            ok = replay_file(path, entry->d_name);
        }
    if (dir)
        closedir(dir);
    return ok;
}

int main(int argc, char **argv)
{
    unsigned files = 0;
    LLVMFuzzerInitialize(&argc, &argv);
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        if (!replay_folder(argv[i], &files))
            return 1;
        if (files == 0) {
            fprintf(stderr, "%s: no seeds\n", argv[i]);
            return 1;
        }
    }
    printf("%u files\n", files);
    return files == 0;
}
