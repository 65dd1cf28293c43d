/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html.h"

static void size(Html *h, uint64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 1000 && unit + 1 < COUNT_OF(units); unit++)
        value /= 1000;
    html_format(h, unit && value < 100 ? "%.1f&nbsp;%s" : "%.0f&nbsp;%s", value, units[unit]);
}

static void figure(Html *h, const char *name, size_t count)
{
    html_format(h, "<td class=\"n%s\" data-l=\"%s\">%zu</td>", count ? "" : " zero", name, count);
}

static void layer_row(Html *h, size_t i)
{
    const Layer *layer = &h->result->inventory.subject.layers.at[i];
    const LayerTally *tally = &h->summary->layers.at[i];
    html_format(h, "<tr><td class=\"n\" data-l=\"layer\">%zu</td><td class=\"how\"><code>", i);
    html_text(h, layer->instruction.len ? layer->instruction : STR("no instruction known"));
    html_raw(h, "</code>");
    html_tag(h, "small", NULL, layer->diff_id.len ? layer->diff_id : layer->digest);
    html_raw(h, "</td><td class=\"n\" data-l=\"size\">");
    size(h, layer->size);
    html_raw(h, "</td>");
    figure(h, "packages", tally->packages);
    figure(h, "findings", tally->findings);
    html_format(h, "<td class=\"n%s\" data-l=\"points\">", tally->points ? "" : " zero");
    html_tenths(h, tally->points);
    html_raw(h, "</td></tr>\n");
}

void html_layers(Html *h)
{
    size_t count = h->summary->layers.len;
    if (count == 0)
        return;
    html_format(
        h,
        "<section class=\"panel\" id=\"layers\"><h2>Layers <span class=\"count\">%zu</span></h2>"
        "<p class=\"lead\">What each instruction brought; a finding counts where the first "
        "package that carries it came in.</p><table class=\"layers\"><thead><tr>"
        "<th class=\"n\">#</th><th>Instruction</th><th class=\"n\">Size</th>"
        "<th class=\"n\">Packages</th><th class=\"n\">Findings</th><th class=\"n\">Points</th>"
        "</tr></thead><tbody>",
        count);
    for (size_t i = 0; i < count; i++)
        layer_row(h, i);
    html_raw(h, "</tbody></table></section>\n");
}
