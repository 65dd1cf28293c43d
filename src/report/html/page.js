// SPDX-License-Identifier: Apache-2.0
// Filter and sort of the findings. The page is complete without this.
(function () {
  "use strict";
  var list = document.getElementById("list");
  if (!list) return;
  var by = function (id) { return document.getElementById(id); };
  var text = by("f-text"), severity = by("f-severity"), kind = by("f-kind");
  var sort = by("f-sort"), fixable = by("f-fix"), count = by("f-count"), none = by("none");

  // Read once: 5,000 rows are quick as long as nobody asks the document again.
  var rows = Array.prototype.map.call(list.children, function (li, i) {
    var summary = li.querySelector("summary");
    return {
      li: li, at: i, shown: true,
      points: +li.dataset.p, severity: +li.dataset.s, kind: li.dataset.k,
      fixable: li.dataset.f === "1", due: li.dataset.d || "9999",
      id: summary.querySelector(".id").textContent,
      where: (summary.querySelector(".pkg .name") || summary).textContent,
      words: null
    };
  });
  var collator = new Intl.Collator("en", { numeric: true });
  var orders = {
    p: function (a, b) { return a.at - b.at; },
    s: function (a, b) { return b.severity - a.severity || a.at - b.at; },
    i: function (a, b) { return collator.compare(a.id, b.id) || a.at - b.at; },
    w: function (a, b) { return collator.compare(a.where, b.where) || a.at - b.at; },
    d: function (a, b) { return a.due < b.due ? -1 : a.due > b.due ? 1 : a.at - b.at; }
  };

  function has(row, words) {
    if (!words.length) return true;
    if (row.words === null) row.words = row.li.textContent.toLowerCase();
    return words.every(function (word) { return row.words.indexOf(word) >= 0; });
  }

  function filter() {
    var words = text.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    rows.forEach(function (row) {
      var show = row.severity >= +severity.value && (!kind.value || row.kind === kind.value) &&
        (!fixable.checked || row.fixable) && has(row, words);
      if (show) shown++;
      if (show !== row.shown) { row.shown = show; row.li.hidden = !show; }
    });
    count.textContent = shown + " of " + rows.length;
    none.hidden = shown > 0;
  }

  function reorder() {
    var all = document.createDocumentFragment();
    rows.slice().sort(orders[sort.value]).forEach(function (row) { all.appendChild(row.li); });
    list.appendChild(all);
  }

  var waiting = 0;
  function soon() {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(filter);
  }

  text.addEventListener("input", soon);
  [severity, kind, fixable].forEach(function (e) { e.addEventListener("change", soon); });
  sort.addEventListener("change", reorder);
  var tools = by("tools");
  tools.addEventListener("submit", function (e) { e.preventDefault(); });
  tools.hidden = false;
  // A reload may bring back what was typed.
  if (sort.value !== "p") reorder();
  filter();
})();
