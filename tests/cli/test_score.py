# SPDX-License-Identifier: Apache-2.0
"""assay score: results taken back in, also those written by hand."""
import json

from assay import AS_OF, assay, expect, one_line, shared

KEV = {"sev": "critical", "cvss": 9.8, "av": "N", "epss": 0.6, "kev": True, "metasploit": True, "age": 700,
       "fix": "available", "seen": {"a": 0.9}, "unit": "libwebp", "eco": "Debian"}


def score(document, *words, code=0):
    run = assay("score", "-", *words, "--as-of", AS_OF, stdin=json.dumps(document).encode())
    return expect(run, code)


def scored(document, *words, code=0):
    return score(document, "--format", "json", *words, code=code).json


def cve(name="CVE-2023-4863", mask=None, **inputs):
    return {"id": name, "kind": "cve", "inputs": {**KEV, **inputs}, **({"mask": mask} if mask else {})}


def written_by_hand(findings):
    """Findings of the reference model with nothing but id, kind, inputs and what is masked."""
    out = []
    for finding in findings:
        inputs = {k: v for k, v in finding.items() if k not in ("id", "kind", "masked")}
        mask = {"mask": {"reason": "not reachable"}} if finding.get("masked") else {}
        out.append({"id": finding["id"], "kind": finding["kind"], "inputs": inputs, **mask})
    return out


def agrees(result, expected, reports):
    got = result["score"]
    assert got["combined"] == expected["score"], (got["combined"], expected)
    assert abs(got["raw"] - expected["raw_nanonats"]) <= 2 * max(1, reports), (got["raw"], expected)
    points = {row["key"]: row["points"] for row in got["contributions"]}
    for tenths, key in expected["top"]:
        assert abs(points["/".join(key)] - tenths) < 0.11, (key, tenths, points)
    assert round(sum(10 * p for p in points.values())) == round(10 * got["exact"])


def test_golden_targets():
    with open(shared("design/score_golden.json"), encoding="utf-8") as file:
        cases = json.load(file)["own"]
    for case in cases:
        got = scored({"findings": written_by_hand(case["findings"]), "context": case["context"],
                      "score": {"fixed": case["fixed"]}})
        agrees(got, case, len(case["findings"]))
        assert got["score"]["level"] == case["band"]
        assert got["score"]["components"].keys() == case["components"].keys()
        for name, value in case["components"].items():
            assert abs(got["score"]["components"][name] - value) < 0.002, (name, value)
        fixes = [[[f["kind"], f["eco"], f["unit"]], f["score_after"]]
                 for f in got["score"]["best_fixes"]]
        assert fixes[:len(case["best_fixes"])] == case["best_fixes"]
        again = scored(got)
        assert again["score"] == got["score"] and again["findings"] == got["findings"]


def test_golden_systems():
    with open(shared("design/score_golden.json"), encoding="utf-8") as file:
        cases = json.load(file)["system"]

    def side(which):
        out = {"findings": written_by_hand(which["findings"]), "context": which.get("ctx", {}),
               "fixed": which.get("fixed", [])}
        return {**out, "escape": which["escape"]} if "escape" in which else out

    for case in cases:
        host, containers = case["host"], case["containers"]
        reports = sum(len(c["findings"]) for c in (host, *containers.values()))
        for name, container in containers.items():
            own = side(container)
            got = scored({"findings": own["findings"], "context": own["context"],
                          "score": {"fixed": own["fixed"]},
                          "vertical": {"host": side(host), "escape": own["escape"]}})
            agrees(got, case["expect"]["containers"][name], reports)
        got = scored({"subject": {"kind": "host"}, "findings": side(host)["findings"],
                      "context": host.get("ctx", {}), "score": {"fixed": host.get("fixed", [])},
                      "vertical": {"containers": {n: side(c) for n, c in containers.items()}}})
        agrees(got, case["expect"]["host"], reports)


def test_golden_applications():
    with open(shared("design/score_golden.json"), encoding="utf-8") as file:
        cases = json.load(file)["app"]
    for case in cases:
        members = {f"m{i}": raw for i, raw in enumerate(case["members_nanonats"])}
        got = scored({"vertical": {"members": members}})["score"]
        assert got["combined"] == case["score"] and abs(got["raw"] - case["nanonats"]) <= 2


def test_nothing_is_none():
    for document in ({}, {"findings": []}):
        got = scored(document)["score"]
        assert (got["combined"], got["exact"], got["level"]) == (0, 0, "NONE"), got


def test_damaged_file_names_the_place():
    run = score({"findings": [cve(av="X")]}, code=1)
    one_line(run, "findings[0].inputs.av", "N, A, L, P or ?")
    one_line(expect(assay("score", "absent.json"), 1), "absent.json")
    one_line(score({}, "--context", "exposure=moon", code=2), "internet", "local")
    one_line(score({}, "--context", "exposure=", code=2), "exposure=")
    one_line(score({"context": {"weather": "bad"}}, code=2), "weather", "exposure", "mission")


def test_reports_of_one_key_are_one_finding():
    alone = scored({"findings": [cve()]})
    twice = scored({"findings": [cve(), cve()]})
    assert twice["findings"] == alone["findings"] and twice["score"] == alone["score"]
    more = scored({"findings": [cve(seen={"b": 0.8}, ransomware=True, fix="none"), cve()]})
    assert len(more["findings"]) == 1
    assert more["findings"][0]["inputs"]["seen"] == {"a": 0.9, "b": 0.8}
    assert more["findings"][0]["inputs"]["ransomware"] is True
    then = score({"findings": [cve(seen={"b": 0.8}, fix="none"), cve()]}, "whatif", "libwebp").out
    assert "then   0 of 1000" in then, "what is joined can be fixed as one"


def test_many_reports_of_one_key_stay_bounded():
    many = [cve(seen={f"scanner {i}": 0.1}) for i in range(5000)]
    got = scored({"findings": many})
    assert len(got["findings"]) == 1 and len(got["findings"][0]["inputs"]["seen"]) == 5000
    score({"findings": [cve(seen={f"{i}": 0.1 for i in range(5000)})]}, code=1)


def test_aliases_are_left_alone():
    got = scored({"findings": [cve(), cve("GHSA-j7hp-h8jx-5ppr")]})
    assert [f["id"] for f in got["findings"]] == ["CVE-2023-4863", "GHSA-j7hp-h8jx-5ppr"]


def test_levels_of_other_scanners():
    def level(word):
        return scored({"findings": [{"id": "x", "kind": "config", "inputs": {"level": word}}]})["score"]
    assert level("unknown") == level("medium") and level("negligible") == level("low")
    score({"findings": [{"id": "x", "kind": "config", "inputs": {"level": "bad"}}]}, code=1)


def test_masks_end():
    mask = {"reason": "not reachable", "author": "ops", "until": AS_OF}
    held = scored({"findings": [cve(mask=mask)]})
    assert held["score"]["combined"] == 0 and held["findings"][0]["mask"] == mask
    ended = scored({"findings": [cve(mask={**mask, "until": "2026-11-21"})]})
    assert ended["score"]["combined"] > 700
    assert any("2026-11-21" in note["why"] for note in ended["notes"])


def test_a_mask_does_not_hide_another_report():
    got = scored({"findings": [cve(mask={"reason": "not reachable"}), cve()]})
    assert got["score"] == scored({"findings": [cve()]})["score"]
    assert sorted(bool(f["mask"]) for f in got["findings"]) == [False, True]


def test_increments_stand_in_score_fixed():
    got = scored({"score": {"fixed": ["wan_access"]}})
    assert got["score"]["fixed"] == ["wan_access"]
    assert [c["key"] for c in got["score"]["contributions"]] == ["fixed/wan_access//wan_access"]
    assert got["score"]["combined"] == 49
    one_line(score({"score": {"fixed": ["wan"]}}, code=2), "wan")


def test_mission_steers_the_decision_only():
    def decisions(finding):
        results = [scored({"findings": [finding]}, "--context", f"mission={m}") for m in ("low", "medium", "high")]
        return results, [r["findings"][0]["ssvc"]["decision"] for r in results]
    _, words = decisions(cve(automatable=True))
    assert words == ["Attend", "Act", "Act"], words
    results, words = decisions(cve(automatable=False))
    assert words == ["Track", "Attend", "Act"], words  # the impact is not known: the more urgent of two
    assert len({json.dumps(r["score"]) for r in results}) == 1
    exposed = scored({"findings": [cve()]}, "--context", "exposure=internet")["findings"][0]
    assert exposed["deadline"]["date"] == "2026-11-25" and "forensics" in exposed["deadline"]["why"]


def test_threshold_wins_over_incomplete():
    document = {"findings": [cve()], "incomplete": [{"what": "a", "why": "b"}]}
    score(document, code=4)
    score(document, "--fail-on", "HIGH", code=3)
    score(document, "--fail-on", "SEVERE", code=4)
    score(document, "--fail-on", "soon", code=2)


def test_words_answer_in_json_and_into_files():
    document = {"findings": [cve(), cve("CVE-2024-1", fix="none", kev=False)]}
    whole = scored(document)["score"]
    rows = json.loads(score(document, "explain", "--format", "json").out)
    assert [(r["key"], r["points"]) for r in rows] == [
        (c["key"], c["points"]) for c in whole["contributions"]]
    score(document, "fix", "--format", "json", "-o", "fix.json")
    with open("fix.json", encoding="utf-8") as file:
        assert json.load(file) == whole["best_fixes"]
    after = json.loads(score(document, "whatif", "libwebp", "--format", "json").out)
    assert after["after"] == whole["best_fixes"][0]["score_after"]
    score(document, "explain", "--format", "html", code=2)
    score(document, "explain", "CVE-1999-0001", code=1)


def test_options_common_to_all_are_taken():
    score({}, "--offline", "--db", "nowhere", "--cache", "nowhere", "--no-cache", "--quiet", "--no-progress")


def test_hostile_text_stays_text():
    out = score({"findings": [cve("CVE-2024-1\x1b[31m\r\x9b", unit="a\x1b]0;x\x07b")]}).out
    assert not any(c < " " and c != "\n" or "\x7f" <= c < "\xa0" for c in out), out
