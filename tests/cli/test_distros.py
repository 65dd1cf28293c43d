# SPDX-License-Identifier: Apache-2.0
"""What is found in distributions and language packages is what a naive reader of the feeds finds."""
import json
import os
import re
import subprocess

import naive
from assay import APK_DB, Skip, apk, docker_archive, expect, scan, shared, tar
from engine import dist_info, need, package_json, run

CODENAMES = {11: "bullseye", 12: "bookworm", 13: "trixie"}


def debian_release(number):
    return (f'PRETTY_NAME="Debian GNU/Linux {number} ({CODENAMES[number]})"\nNAME="Debian GNU/Linux"\n'
            f'VERSION_ID="{number}"\nVERSION_CODENAME={CODENAMES[number]}\nID=debian\n')


def paragraph(source, version):
    """A binary package with a version of its own: only the source's counts."""
    return (f"Package: {source}-bin\nStatus: install ok installed\nPriority: optional\nSection: misc\n"
            f"Maintainer: Debian QA Group <packages@qa.debian.org>\nArchitecture: amd64\n"
            f"Source: {source} ({version})\nVersion: 9999:1-1\nDescription: x\n\n")


def debian_sources(number, count, below):
    """(source, version) pairs: just below a fix, at a fix, long before all of them."""
    need("dpkg")
    rows = naive.by_package("Debian", f"Debian:{number}")
    chosen = []
    for index, source in enumerate(naive.spread([name for name in rows if not name.startswith("linux")], count)):
        fixes = sorted({bound for _, entry in rows[source] for bound in naive.bounds(entry)})
        fixes = [fix for fix in fixes if set(re.findall(r"deb(\d+)u", fix)) <= {str(number)}]
        if not fixes:
            continue  # known by updates of another release only, which are judged as that release's
        version = fixes[index % len(fixes)]
        chosen.append((source, [f"{version}~", version, "0.0.1"][index % 3]))
    return rows, chosen


def check_debian(number, count=150):
    rows, chosen = debian_sources(number, count, naive.dpkg_below)
    docker_archive("i.tar", [tar(("etc/os-release", debian_release(number)), ("etc/debian_version", f"{number}.9\n"),
                                 ("var/lib/dpkg/status", "".join(paragraph(*row) for row in chosen)))])
    result = expect(scan("i.tar"), 0)
    assert len(result.json["packages"]) == len(chosen)
    wanted = naive.findings(rows, chosen, naive.dpkg_below)
    assert len(wanted) > count
    naive.compare(naive.pairs_of(result), wanted)


def test_debian_11(folder):
    check_debian(11)


def test_debian_12(folder):
    check_debian(12)


def test_debian_13(folder):
    check_debian(13)


def alpine_rows(release):
    """secdb and OSV together; "0" is never affected, and ids stand among other words (rule 30)."""
    ids = r"CVE[-_]\d{4}-\d{4,}|(?:XSA|ALPINE)-\d+"
    rows = naive.by_package("Alpine", f"Alpine:{release}")
    for repository in ("main", "community"):
        path = shared(f"feeds/alpine-secdb/{release}") + f"/{repository}.json"
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as file:
            packages = json.load(file)["packages"] or []
        for package in packages:
            for fixed, words in package["pkg"]["secfixes"].items():
                found = {word.replace("_", "-") for text in words for word in re.findall(ids, text)}
                if fixed != "0" and found:
                    entry = {"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}
                    rows.setdefault(package["pkg"]["name"], []).append((found, entry))
    return rows


def check_alpine(release, count=100):
    rows = alpine_rows(release)
    chosen = []
    for index, origin in enumerate(naive.spread(rows, count)):
        fixes = sorted({bound for _, entry in rows[origin] for bound in naive.bounds(entry)})
        chosen.append((origin, fixes[index % len(fixes)] if index % 3 else "0.0.1-r0"))
    database = "".join(apk(f"{origin}-part", version, origin) for origin, version in chosen)
    release_text = f"ID=alpine\nVERSION_ID={release[1:]}.1\n"
    docker_archive("i.tar", [tar(("etc/os-release", release_text), (APK_DB, database))])
    result = expect(scan("i.tar"), 0)
    wanted = naive.findings(rows, chosen, naive.apk_below)
    assert len(result.json["packages"]) == len(chosen) and len(wanted) > 10
    naive.compare(naive.pairs_of(result), wanted)


def test_alpine_3_17(folder):
    check_alpine("v3.17")


def test_alpine_3_20(folder):
    check_alpine("v3.20")


def chosen_of(rows, count):
    """One version a package: a bound of one of its ranges, or one that a record lists."""
    for index, name in enumerate(naive.spread(rows, count)):
        versions = sorted({word for _, entry in rows[name] for word in
                           [*naive.bounds(entry), *entry.get("versions", [])[:40]]})
        if versions:
            yield name, versions[index * 7 % len(versions)]


def check_language(rows, chosen, below, files):
    docker_archive("i.tar", [tar(*files)])
    result = scan("i.tar")
    assert result.code in (0, 4) and len(result.json["packages"]) == len(chosen), \
        (len(result.json["packages"]), len(chosen), result.json["incomplete"][:5])
    wanted = naive.findings(rows, chosen, below)
    assert len(wanted) > 50
    found = naive.pairs_of(result, lambda package: normal_name(package["name"]) if package["type"] == "pypi" else package["name"])
    naive.compare(found, wanted)


def normal_name(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_pypi(folder):
    try:
        from packaging.version import InvalidVersion, Version
    except ImportError:
        raise Skip("the Python package packaging is not installed") from None

    def valid(version):
        try:
            return bool(Version(version))
        except InvalidVersion:
            return False
    rows = naive.by_package("PyPI", "PyPI", normal_name)
    rows = {name: entries for name, entries in rows.items() if name != "ctx"}  # named by a GSD id only
    chosen = [pair for pair in chosen_of(rows, 200) if valid(pair[1])]
    check_language(rows, chosen, naive.pep440_below, [dist_info(*pair) for pair in chosen])


def test_npm(folder):
    rows = naive.by_package("npm", "npm")
    chosen = [(name, version) for name, version in chosen_of(rows, 200)
              if re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", version)]
    check_language(rows, chosen, naive.semver_below,
                   [(f"srv/node_modules/{name}/package.json", package_json(name, version)) for name, version in chosen])


def bootstrapped(folder, suite):
    """A root file system of the distribution's own making; minutes, so only on request."""
    if os.environ.get("ASSAY_SLOW") != "1":
        raise Skip("debootstrap takes minutes (ASSAY_SLOW=1)")
    need("debootstrap", "dpkg-query")
    if os.getuid() != 0:
        raise Skip("only root can debootstrap")
    done = subprocess.run(["debootstrap", "--variant=minbase", suite, f"{folder}/root"], capture_output=True, check=False)
    if done.returncode:
        raise Skip(f"debootstrap fails here: {done.stdout[-200:]}")
    return f"{folder}/root"


def check_root(root, number):
    rows = naive.by_package("Debian", f"Debian:{number}")
    listed = run("dpkg-query", f"--admindir={root}/var/lib/dpkg", "-W", "-f", "${source:Package} ${source:Version}\n")
    installed = sorted({tuple(line.split()) for line in listed.splitlines()})
    result = expect(scan(root), 0)
    naive.compare(naive.pairs_of(result), naive.findings(rows, installed, naive.dpkg_below))
    return result


def test_debootstrapped_bookworm(folder):
    check_root(bootstrapped(folder, "bookworm"), 12)


def test_debootstrapped_trixie(folder):
    check_root(bootstrapped(folder, "trixie"), 13)
