# SPDX-License-Identifier: Apache-2.0
"""A scanner as one would write it in an afternoon: reads the feeds whole, asks every package manager
to compare, knows no shortcut. What it finds is what has to be found."""
import functools
import gzip
import itertools
import json
import re
import subprocess
import zipfile

from assay import BIN, Skip, shared


@functools.lru_cache(maxsize=None)
def dpkg_below(left, right):
    return subprocess.run(["dpkg", "--compare-versions", left, "lt", right], check=False).returncode == 0


@functools.lru_cache(maxsize=None)
def apk_below(left, right):
    """No apk to ask here: our own comparison, whose facts have tests of their own."""
    return subprocess.run([BIN, "compare", "apk", left, right], capture_output=True, check=True).stdout.strip() == b"<"


def pep440_below(left, right):
    from packaging.version import Version
    return Version(left) < Version(right)


def semver_key(text):
    text = text.lstrip("v=").split("+")[0]
    core, _, pre = text.partition("-")
    numbers = [int(part) for part in core.split(".")] + [0, 0]
    words = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in pre.split(".")] if pre else []
    return numbers[:3], not pre, words


def semver_below(left, right):
    return semver_key(left) < semver_key(right)


def records(feed):
    with zipfile.ZipFile(shared(f"feeds/osv/{feed}/all.zip")) as archive:
        for name in sorted(archive.namelist()):
            record = json.loads(archive.read(name))
            if "withdrawn" not in record:
                yield record


@functools.lru_cache(maxsize=None)
def rejected_of(year):
    try:
        path = shared(f"feeds/nvd/nvdcve-2.0-{year}.json.gz")
    except Skip:
        return frozenset()
    with gzip.open(path) as file:
        return frozenset(row["cve"]["id"] for row in json.load(file)["vulnerabilities"]
                         if row["cve"].get("vulnStatus") == "Rejected")


def rejected(name):
    """CVEs that NVD took back, whatever a distribution still lists."""
    return name.startswith("CVE-") and name in rejected_of(max(2002, int(name[4:8])))


def names(record):
    """The CVEs that a record is about, else its own id: each is one finding."""
    words = [record["id"], *record.get("aliases", []), *record.get("upstream", [])]
    found = {cve for word in words for cve in re.findall(r"CVE-\d{4}-\d{4,}$", word)}
    return found or {record["id"]}


def within(version, events, below):
    """The events of one range, by their versions (OSV schema, "affected[].ranges[].events")."""
    def order(left, right):
        (left,), (right,) = left.values(), right.values()
        if left == right:
            return 0
        return -1 if left == "0" or right != "0" and below(left, right) else 1
    inside = False
    for event in sorted(events, key=functools.cmp_to_key(order)):
        (what, bound), = event.items()
        if what == "introduced" and (bound == "0" or not below(version, bound)):
            inside = True
        elif what == "fixed" and not below(version, bound):
            inside = False
        elif what == "last_affected" and below(bound, version):
            inside = False
    return inside


def affected(version, entry, below):
    if version in entry.get("versions", []):
        return True
    ranges = [row for row in entry.get("ranges", []) if row["type"] != "GIT"]
    if not ranges and not entry.get("versions"):
        return True
    return any(within(version, row["events"], below) for row in ranges)


def by_package(feed, ecosystem, normal=str):
    """package -> [(names, entry)]"""
    out = {}
    for record in records(feed):
        for entry in record.get("affected", []):
            package = entry.get("package", {})
            if package.get("ecosystem") == ecosystem:
                out.setdefault(normal(package["name"]), []).append((names(record), entry))
    return out


def findings(rows, installed, below):
    """{(name of the finding, package)} of installed (package, version) pairs."""
    return {(name, package) for package, version in installed
            for found, entry in rows.get(package, []) if affected(version, entry, below) for name in found}


def bounds(entry):
    """Every version that a range of this entry begins or ends with."""
    return [bound for row in entry.get("ranges", []) if row["type"] != "GIT"
            for event in row["events"] for bound in event.values() if bound != "0"]


def pairs_of(result, key=lambda package: package["source"]["name"]):
    packages = {row["id"]: row for row in result.json["packages"]}
    return {(finding["id"], key(packages[number])) for finding in result.json["findings"]
            if finding["kind"] == "cve" for number in finding["packages"]}


def compare(found, wanted):
    missing = sorted(pair for pair in wanted - found if not rejected(pair[0]))
    extra = sorted(found - wanted)
    assert not missing and not extra, \
        f"{len(found)} found, {len(wanted)} wanted; missing {len(missing)}: {missing[:20]}; extra {len(extra)}: {extra[:20]}"


def spread(items, count):
    """`count` of the items, evenly: the same every time, and all over the feed."""
    items = sorted(items)
    step = max(1, len(items) // count)
    return list(itertools.islice(items, 0, None, step))[:count]
