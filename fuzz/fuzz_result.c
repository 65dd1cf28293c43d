/* SPDX-License-Identifier: Apache-2.0 */
#include "report/format.h"
#include "report/result_json.h"
#include "fuzz.h"

/* What is read and written is read and written again to the same bytes, and every format can show
 * it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf first CLEANUP(buf_fini) = {0}, second CLEANUP(buf_fini) = {0},
              shown CLEANUP(buf_fini) = {0};
    Error err = {0};
    Result result;
    if (!result_read_json(str_of(data, size), &arena, &result, &err))
        return err.message[0] ? 0 : (__builtin_trap(), 0);
    result_write_json(&result, &first);
    if (!result_read_json(buf_str(&first), &arena, &result, &err))
        __builtin_trap();
    result_write_json(&result, &second);
    if (!str_eq(buf_str(&first), buf_str(&second)))
        __builtin_trap();
    size_t count;
    const ReportFormat *const *formats = report_formats(&count);
    for (size_t i = 0; i < count; i++) {
        const ReportOptions options = {.width = (unsigned)size % 140, .unicode = size % 2};
        buf_clear(&shown);
        if (!formats[i]->write(&result, &options, &shown, &err))
            __builtin_trap();
    }
    return 0;
}
