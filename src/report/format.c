/* SPDX-License-Identifier: Apache-2.0 */
#include "report/format.h"

static const ReportFormat *const formats[] = {
    &report_format_table,
    &report_format_json,
    &report_format_html,
};

const ReportFormat *const *report_formats(size_t *count)
{
    *count = COUNT_OF(formats);
    return formats;
}

const ReportFormat *report_format_find(Str name)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (str_eq(str_from(formats[i]->name), name))
            return formats[i];
    return NULL;
}
