# SPDX-License-Identifier: Apache-2.0
"""AlmaLinux 9 with a package database that rpm itself wrote, in each format it still writes."""
import glob
import json
import os
import zipfile

from assay import Skip, docker_archive, entry, expect, scan, shared, tar
from engine import need, run

ALMA = ('NAME="AlmaLinux"\nVERSION="9.5 (Teal Serval)"\nID="almalinux"\nID_LIKE="rhel centos fedora"\n'
        'VERSION_ID="9.5"\nPLATFORM_ID="platform:el9"\n')
SPEC = """Name: {name}
Epoch: {epoch}
Version: {version}
Release: {release}
Summary: a package without files
License: GPLv2+
Vendor: AlmaLinux
%description
None.
{packages}
%files {files}
"""
# name, epoch, version, release, further binary packages; and the first release without its holes
OLD = [("squid", 7, "5.5", "14.el9_5.2", ()), ("openssl", 1, "3.2.2", "6.el9_5", ("libs",)),
       ("curl", 0, "7.76.1", "26.el9", ("libcurl",))]
NEW = [("squid", 7, "5.5", "14.el9_5.3", ()), ("openssl", 1, "3.2.2", "6.el9_5.1", ("libs",)),
       ("curl", 0, "7.76.1", "29.el9_4.1", ("libcurl",))]
SQUID, OPENSSL, CURL = "CVE-2024-45802", "CVE-2024-12797", "CVE-2024-2398"


def build(folder, rows):
    """Binary packages of these sources."""
    need("rpm", "rpmbuild")
    top = f"{folder}/top"
    for name, epoch, version, release, more in rows:
        parts = "".join(f"%package {part}\nSummary: x\n%description {part}\nNone.\n%files {part}\n" for part in more)
        spec = f"{folder}/{name}.spec"
        with open(spec, "w", encoding="utf-8") as out:
            out.write(SPEC.format(name=name, epoch=epoch, version=version, release=release, packages=parts, files=""))
        run("rpmbuild", "-bb", "--quiet", "--target", "x86_64", "--define", f"_topdir {top}", spec)
    return sorted(glob.glob(f"{top}/RPMS/x86_64/*.rpm"))


def database(folder, backend, packages):
    """A root file system with nothing but os-release and the database."""
    root = f"{folder}/{backend}"
    os.makedirs(f"{root}/etc")
    with open(f"{root}/etc/os-release", "w", encoding="utf-8") as out:
        out.write(ALMA)
    run("rpm", "--root", root, "--define", f"_db_backend {backend}", "--define", "_dbpath /var/lib/rpm",
        "-i", "--justdb", "--nodeps", "--noscripts", "--ignorearch", "--ignoreos", *packages)
    return root


def held(root):
    """The database alone, as a layer has it; leave the lock files."""
    files = [("etc/os-release", ALMA)]
    for path in sorted(glob.glob(f"{root}/var/lib/rpm/*")):
        with open(path, "rb") as file:
            data = file.read()
        if data and not path.endswith((".lock", "-shm")):
            files.append(entry(os.path.relpath(path, root), data))
    return tar(*files)


def cves(result, source):
    sources = {row["id"]: row["source"]["name"] for row in result.json["packages"]}
    return {finding["id"] for finding in result.json["findings"] if finding["kind"] == "cve"
            and any(sources[number] == source for number in finding["packages"])}


def check_old(result):
    rows = sorted((row["name"], row["version"], row["source"]["name"]) for row in result.json["packages"])
    assert rows == [("curl", "7.76.1-26.el9", "curl"), ("curl-libcurl", "7.76.1-26.el9", "curl"),
                    ("openssl", "1:3.2.2-6.el9_5", "openssl"), ("openssl-libs", "1:3.2.2-6.el9_5", "openssl"),
                    ("squid", "7:5.5-14.el9_5.2", "squid")], rows
    assert SQUID in cves(result, "squid") and OPENSSL in cves(result, "openssl") and CURL in cves(result, "curl")
    found = [row for row in result.json["findings"] if row["id"] == SQUID]
    assert len(found) == 1 and "7:5.5-14.el9_5.3" in found[0]["fixed_in"], found
    assert "ALSA-2024:9625" in str(found[0]["evidence"]), found
    assert result.json["subject"]["os"]["id"] == "almalinux"


def test_sqlite_database(folder):
    root = database(folder, "sqlite", build(folder, OLD))
    assert os.path.exists(f"{root}/var/lib/rpm/rpmdb.sqlite")
    check_old(expect(scan(root), 0))
    docker_archive("i.tar", [tar(("srv/x", "")), held(root)])
    result = expect(scan("i.tar"), 0)
    check_old(result)
    assert {row["layer"] for row in result.json["packages"]} == {1}


def test_ndb_database(folder):
    try:
        root = database(folder, "ndb", build(folder, OLD))
    except AssertionError as failure:
        if "dummy database" in str(failure):
            raise Skip("this rpm is built without ndb") from None
        raise
    assert os.path.exists(f"{root}/var/lib/rpm/Packages.db")
    check_old(expect(scan(root), 0))


def test_patched_packages_are_not_found(folder):
    result = expect(scan(database(folder, "sqlite", build(folder, NEW))), 0)
    assert len(result.json["packages"]) == 5
    assert SQUID not in cves(result, "squid") and OPENSSL not in cves(result, "openssl")
    assert CURL not in cves(result, "curl")


def advisories(name):
    """(fixed version, its CVEs) of every advisory for a package of AlmaLinux 9, read naively."""
    with zipfile.ZipFile(shared("feeds/osv/AlmaLinux/all.zip")) as archive:
        for member in archive.namelist():
            record = json.loads(archive.read(member))
            for affected in record.get("affected", []):
                if (affected["package"]["ecosystem"], affected["package"]["name"]) == ("AlmaLinux:9", name):
                    fixed = [event["fixed"] for row in affected["ranges"] for event in row["events"] if "fixed" in event]
                    yield fixed[0], {word for word in record.get("related", []) if word.startswith("CVE-")}


def below(left, right):
    """As rpm compares them."""
    return run("rpm", "--eval", "%%{lua:print(rpm.vercmp('%s','%s'))}" % (left, right)).strip() == "-1"


def test_findings_are_those_of_a_naive_reader(folder):
    """Every advisory whose fix is newer than what is installed, by rpm's own comparison; no other."""
    result = expect(scan(database(folder, "sqlite", build(folder, OLD))), 0)
    for name, epoch, version, release, _ in OLD:
        installed = f"{epoch}:{version}-{release}"
        wanted = set()
        for fixed, ids in advisories(name):
            fixed = fixed if ":" in fixed else f"0:{fixed}"
            wanted |= ids if below(installed, fixed) else set()
        if not wanted:
            raise Skip(f"the shared feeds have nothing for {name} {installed}")
        assert cves(result, name) == wanted, (name, cves(result, name) ^ wanted)
