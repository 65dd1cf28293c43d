# SPDX-License-Identifier: Apache-2.0
"""Wrong command lines: one clear line, exit 2, nothing on standard output."""
import json

from assay import assay, expect, one_line


def test_nothing_said():
    run = expect(assay(), 2)
    assert run.out == "" and "usage: assay COMMAND" in run.err, repr(run)


def test_unknown_command():
    run = expect(assay("frobnicate"), 2)
    assert "unknown command frobnicate" in run.err, repr(run)


def test_unknown_option():
    one_line(expect(assay("scan", "--frob", "x"), 2), "assay scan:", "unknown option --frob")


def test_option_without_value():
    one_line(expect(assay("scan", "x", "--format"), 2), "--format needs a value")


def test_flag_with_value():
    one_line(expect(assay("scan", "x", "--quiet=yes"), 2), "--quiet takes no value")


def test_no_target():
    one_line(expect(assay("scan"), 2), "expected one TARGET")


def test_unknown_format():
    one_line(expect(assay("scan", "x", "--format", "pdf"), 2), "--format pdf", "table", "json", "html")


def test_two_formats_to_stdout():
    one_line(expect(assay("scan", "x", "--format", "json", "--format", "table"), 2), "standard output")


def test_bad_day():
    one_line(expect(assay("scan", "x", "--as-of", "2026-02-30"), 2), "--as-of 2026-02-30", "YYYY-MM-DD")


def test_bad_context():
    one_line(expect(assay("scan", "x", "--context", "exposure=moon"), 2), "--context", "exposure", "moon", "internet")
    one_line(expect(assay("scan", "x", "--context", "colour=red"), 2), "--context", "colour")


def test_bad_threshold():
    one_line(expect(assay("scan", "x", "--fail-on", "BAD"), 2), "--fail-on BAD", "SEVERE")


def test_one_set_of_options_serves():
    common = ["--format", "json", "-o", "out.json", "--offline", "--no-cache", "--db", "d", "--cache", "c",
              "--as-of", "2026-11-22", "--quiet", "--no-progress"]
    for words in (["cache", "show"], ["list", "formats"], ["policy", "show"], ["score", "/dev/stdin"]):
        run = expect(assay(*words, *common, stdin=b"{}"), 0)
        assert run.out == run.err == "", repr(run)
        with open("out.json", encoding="utf-8") as file:
            json.load(file)


def test_policy_shows_what_it_was_told(folder):
    with open("p.toml", "w", encoding="utf-8") as out:
        out.write("[deadline.yyn.total]\ndays = 5\n")
    shown = expect(assay("policy", "show", "--policy", "p.toml"), 0).json
    assert shown["deadline"]["yyn"]["total"] == {"days": 5}
    assert "3650," in assay("policy", "show", "--format", "json").out


def test_policy_errors_name_key_and_line(folder):
    with open("p.toml", "w", encoding="utf-8") as out:
        out.write("alpha = 2.0\nfrobnicate = 1\n")
    one_line(expect(assay("scan", "x", "--policy", "p.toml"), 2), "p.toml", "frobnicate", "2")
    with open("q.toml", "w", encoding="utf-8") as out:
        out.write("alpha = 0.5\n")
    one_line(expect(assay("policy", "check", "q.toml"), 2), "q.toml", "alpha")


def test_help_comes_from_the_manual():
    for command in ("scan", "score", "db", "compare", "list", "policy", "cache"):
        run = expect(assay(command, "--help"), 0)
        assert f"assay {command}" in run.out.lower() or f"assay-{command}" in run.out.lower(), repr(run)
        assert run.err == ""
    assert "assay" in expect(assay("--help"), 0).out


def test_version():
    assert expect(assay("--version"), 0).out.startswith("assay ")


def test_list_kinds():
    for kind in ("sources", "catalogers", "schemes", "feeds", "formats", "scanners", "codecs", "ecosystems", "commands"):
        run = expect(assay("list", kind), 0)
        assert run.out.strip(), kind
        rows = expect(assay("list", kind, "--format", "json"), 0).json
        assert len(rows) == len(run.out.splitlines()), kind
    one_line(expect(assay("list", "frobs"), 2), "unknown kind frobs")
