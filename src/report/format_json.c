/* SPDX-License-Identifier: Apache-2.0 */
#include "report/format.h"

#include "report/result_json.h"

static bool json_write(const Result *result, const ReportOptions *options, Buf *out, Error *err)
{
    (void)options, (void)err;
    result_write_json(result, out);
    return true;
}

const ReportFormat report_format_json = {
    .name = "json",
    .summary = "everything, for programs; `assay score` takes it back in",
    .spec = "docs/schema/result.schema.json",
    .masked = true,
    .write = json_write,
};
