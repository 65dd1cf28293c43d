# SPDX-License-Identifier: Apache-2.0
from assay import assay, expect, one_line


def test_signs():
    assert expect(assay("compare", "dpkg", "1.0~rc1", "1.0"), 0).out == "<\n"
    assert expect(assay("compare", "rpm", "1.0", "1.0"), 0).out == "=\n"
    assert expect(assay("compare", "semver", "1.10.0", "1.9.0"), 0).out == ">\n"


def test_lines():
    run = expect(assay("compare", "apk", stdin=b"1.0_rc1 1.0\n\n1.2-r1 1.2-r0\n"), 0)
    assert run.out == "1.0_rc1 < 1.0\n1.2-r1 > 1.2-r0\n", repr(run)


def test_bad_line_keeps_the_answers_before_it():
    run = expect(assay("compare", "apk", stdin=b"1 2\none\n3 4\n"), 2)
    assert run.out == "1 < 2\n", repr(run)
    one_line(run, "line 2", "one")


def test_unknown_scheme():
    one_line(expect(assay("compare", "latin", "1", "2"), 2), "unknown version scheme latin", "dpkg")


def test_one_version_is_not_enough():
    one_line(expect(assay("compare", "dpkg", "1"), 2), "SCHEME A B")
