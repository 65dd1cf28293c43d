# SPDX-License-Identifier: Apache-2.0
"""What the JSON result promises, on results of real scans: it adds up, it can be computed again from
the file alone, by `assay score` and by the reference model."""
import importlib.util
import json
import os

from assay import AS_OF, SOURCE, Skip, alpine_layer, apk, assay, docker_archive, expect, scan, shared, tar
from engine import sample
from test_languages import ROWS

CONTEXTS = [(), ("exposure=internet", "environment=production", "user=root"), ("mitigation=waf", "mitigation=netpol")]


def results():
    """Scans of an image of many languages, of a distribution's, and of one with nothing known about it."""
    docker_archive("languages.tar", [tar(old) for old, *_ in ROWS])
    sample("sample.tar")
    docker_archive("clean.tar", [alpine_layer(apk("libssl3", "99.0.0-r0", "openssl"))])
    for target in ("languages.tar", "sample.tar", "clean.tar"):
        for context in CONTEXTS:
            words = [word for row in context for word in ("--context", row)]
            yield expect(scan(target, *words), 0).json


def again(result, *words):
    return expect(assay("score", "-", "--format", "json", "--as-of", AS_OF, *words,
                        stdin=json.dumps(result).encode()), 0).json


def test_points_add_up(folder):
    for result in results():
        score = result["score"]
        tenths = [round(10 * row["points"]) for row in score["contributions"]]
        assert sum(tenths) == round(10 * score["exact"]), (sum(tenths), score["exact"])
        counted = {row["key"]: row["points"] for row in score["contributions"]}
        for finding in result["findings"]:
            assert finding["points"] == counted.get(finding["key"], 0), finding["key"]
        assert abs(score["combined"] - score["exact"]) <= 0.55


def test_components_join_to_the_score(folder):
    for result in results():
        left = 1.0
        for value in result["score"]["components"].values():
            assert 0 <= value <= 1000
            left *= 1 - value / 1000
        assert abs(1000 * (1 - left) - result["score"]["exact"]) < 0.06, result["score"]


def test_best_fixes_lower_the_score(folder):
    for result in results():
        after = [row["score_after"] for row in result["score"]["best_fixes"]]
        assert after == sorted(after, reverse=True) and all(row <= result["score"]["combined"] for row in after)
        packages = {row["name"] for row in result["packages"]}
        for row in result["score"]["best_fixes"]:
            assert set(row["packages"]) <= packages, row


def test_a_result_scores_as_it_did(folder):
    for result in results():
        repeated = again(result)
        for name in ("score", "findings", "context", "packages", "subject"):
            assert repeated[name] == result[name], name
        bare = {"context": result["context"], "findings": [
            {name: finding[name] for name in ("id", "kind", "inputs", "mask")} for finding in result["findings"]]}
        assert again(bare)["score"]["raw"] == result["score"]["raw"]


def test_references_hold(folder):
    for result in results():
        packages = {row["id"] for row in result["packages"]}
        layers = len(result["subject"]["layers"])
        assert len(packages) == len(result["packages"])
        assert all(row["layer"] is None or 0 <= row["layer"] < layers for row in result["packages"])
        keys = [finding["key"] for finding in result["findings"]]
        assert len(set(keys)) == len(keys)
        for finding in result["findings"]:
            assert set(finding["packages"]) <= packages, finding
            inputs = finding["inputs"]
            assert finding["key"] == "/".join([finding["kind"], finding["id"], inputs["eco"], inputs["unit"]])
            assert None not in inputs.values(), inputs


def reference():
    spec = importlib.util.spec_from_file_location("score_ref", shared("design/score_ref.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_model_agrees(folder):
    model = reference()
    for result in results():
        findings = [{"id": finding["id"], "kind": finding["kind"], "masked": finding["mask"] is not None,
                     **finding["inputs"]} for finding in result["findings"]]
        rows = model.own(findings, result["context"], model.POLICY, result["score"]["fixed"])
        raw = model.H_of(rows)
        assert abs(raw - result["score"]["raw"]) <= 2 * max(1, len(findings)), (raw, result["score"]["raw"])
        assert model.shown(raw) == result["score"]["combined"]
        assert model.band(model.shown(raw), model.POLICY) == result["score"]["level"]
        for kind, value in model.components(rows).items():
            assert abs(result["score"]["components"][kind] - value) < 0.002, (kind, value)


def test_results_fit_the_schema(folder):
    try:
        import jsonschema
    except ImportError:
        raise Skip("the Python package jsonschema is not installed") from None
    with open(os.path.join(SOURCE, "docs/schema/result.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    for result in results():
        jsonschema.validate(result, schema)
