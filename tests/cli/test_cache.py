# SPDX-License-Identifier: Apache-2.0
"""What is kept of layers: that it is used, shown, limited and removed."""
import gzip
import os

from assay import alpine_layer, apk, assay, expect, oci_layout, one_line, scan, tar


def layout(folder, name, *more):
    """Layers of the same content have the same digest."""
    return oci_layout(f"{folder}/{name}", [alpine_layer(apk("musl", "1.2.5-r0")), *more],
                      compress=lambda layer: gzip.compress(layer, mtime=0))


def shown(folder, *words):
    return expect(assay("cache", "show", "--cache", f"{folder}/c", "--format", "json", *words), 0).json


def test_bad_limits():
    for value in ("", "x", "-1", "1.5G", "12Q", "99999999999999999999", "99999999999T"):
        one_line(expect(assay("cache", f"--cache-limit={value}"), 2), "--cache-limit")


def test_a_layer_is_kept_once(folder):
    assert shown(folder) == {"entries": 0, "bytes": 0, "limit": 1000000000}
    first = expect(scan(layout(folder, "a"), "--cache", f"{folder}/c"), 0)
    assert shown(folder)["entries"] == 1
    again = expect(scan(f"{folder}/a", "--cache", f"{folder}/c"), 0)
    assert again.out == first.out
    scan(layout(folder, "b", tar(("etc/x", "y"))), "--cache", f"{folder}/c")
    assert shown(folder)["entries"] == 2


def test_a_damaged_entry_is_read_anew(folder):
    first = expect(scan(layout(folder, "a"), "--cache", f"{folder}/c"), 0)
    (name,) = os.listdir(f"{folder}/c/layers")
    with open(f"{folder}/c/layers/{name}", "r+b") as file:
        file.seek(-3, os.SEEK_END)
        file.write(b"???")
    assert expect(scan(f"{folder}/a", "--cache", f"{folder}/c"), 0).out == first.out


def test_what_is_too_much_goes(folder):
    for i in range(4):
        scan(layout(folder, str(i), tar((f"etc/{i}", "x" * i))), "--cache", f"{folder}/c")
        for name in os.listdir(f"{folder}/c/layers"):
            path = f"{folder}/c/layers/{name}"
            age = os.stat(path).st_mtime - 7200
            os.utime(path, (age, age))
    scan(f"{folder}/0", "--cache", f"{folder}/c")
    before = shown(folder)
    assert before["entries"] == 5, before
    text = expect(assay("cache", "--cache", f"{folder}/c", "--cache-limit", "2k"), 0).out
    assert "5 entries" in text and "at most" in text
    least = str(before["bytes"] * 3 // 5)
    expect(assay("cache", "prune", "--cache", f"{folder}/c", "--cache-limit", least), 0)
    after = shown(folder, "--cache-limit", "0")
    assert 2 <= after["entries"] < 5 and after["bytes"] <= int(least) and after["limit"] == 0
    expect(assay("cache", "prune", "0", "--cache", f"{folder}/c"), 0)
    assert shown(folder)["entries"] == 0
