/* SPDX-License-Identifier: Apache-2.0 */
#include "os_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const Str paths[] = {
        STR_INIT("etc/os-release"),       STR_INIT("etc/lsb-release"),
        STR_INIT("etc/debian_version"),   STR_INIT("etc/alpine-release"),
        STR_INIT("etc/redhat-release"),   STR_INIT("etc/SuSE-release"),
        STR_INIT("etc/apk/repositories"),
    };
    os_catalog(bytes, size, paths, COUNT_OF(paths));
    return 0;
}
