/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MemoryStream memory;
    Csv csv CLEANUP(csv_fini);
    Error err = {0};
    bool got = true;
    size_t bytes = 0;
    memory_stream_init(&memory, str_of(data, size));
    csv_init(&csv, &memory.stream);
    if (!csv_take_header(&csv, &err))
        return 0;
    while (got && csv_next(&csv, &got, &err))
        for (size_t i = 0; got && i < csv.count; i++)
            bytes += csv_field(&csv, i).len;
    if (bytes > size)
        __builtin_trap();
    return 0;
}
