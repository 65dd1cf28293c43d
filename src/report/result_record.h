/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/record.h"

/* The promised names of a result, as tables. */
extern const Record result_record;

/* What fills more than one field: evidence, context and relations. */
extern const FieldType field_inputs;   /* a Finding's inputs with its unit and ecosystem */
extern const FieldType field_context;  /* Context */
extern const FieldType field_derived;  /* Context: why, of what Assay found */
extern const FieldType field_vertical; /* Vertical */
extern const Record finding_record, finding_brief_record;
bool vertical_left_out(const void *value);
