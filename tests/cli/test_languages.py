# SPDX-License-Identifier: Apache-2.0
"""Packages of every language, in versions with holes everybody knows and in the versions without."""
import os
import shutil
import subprocess

from assay import BIN, SOURCE, Skip, docker_archive, entry, expect, scan, tar
from binaries import archive, elf, go, jar, rust
from engine import dist_info, package_json

GEMS = "usr/lib/ruby/gems/3.1.0/specifications"
JAR = "org.apache.logging.log4j", "log4j-core"


def gemspec(name, version):
    return (f"{GEMS}/{name}-{version}.gemspec",
            f'# -*- encoding: utf-8 -*-\nGem::Specification.new do |s|\n  s.name = "{name}".freeze\n'
            f'  s.version = "{version}"\n  s.licenses = ["MIT".freeze]\nend\n')


def composer(name, version):
    return ("srv/php/vendor/composer/installed.json",
            f'{{"packages":[{{"name":"{name}","version":"{version}","license":["MIT"]}}],"dev":true}}')


def executable(path, data):
    return entry(path, data, mode=0o755)


def npm(name, version):
    return f"app/node_modules/{name}/package.json", package_json(name, version)


def war(version):
    inner = archive(**{f"WEB-INF/lib/log4j-core-{version}.jar": jar(*JAR, version)})
    return "opt/all.ear", archive(**{"shop.war": inner})


# Layer by layer: what is in it, the finding it brings and the first versions without it.
ROWS = [
    (npm("lodash", "4.17.15"), npm("lodash", "4.17.21"), "CVE-2021-23337", "pkg:npm/lodash@4.17.15", ["4.17.21"]),
    (npm("@babel/traverse", "7.0.0"), npm("@babel/traverse", "7.23.2"), "CVE-2023-45133",
     "pkg:npm/%40babel/traverse@7.0.0", ["7.23.2"]),
    (dist_info("Django", "3.2.0"), dist_info("Django", "3.2.13"), "CVE-2022-28346", "pkg:pypi/django@3.2.0", ["3.2.13"]),
    (gemspec("actionpack", "3.2.10"), gemspec("actionpack", "3.2.11"), "CVE-2013-0156",
     "pkg:gem/actionpack@3.2.10", ["3.2.11"]),
    (composer("symfony/http-kernel", "v4.4.0"), composer("symfony/http-kernel", "v4.4.50"), "CVE-2022-24894",
     "pkg:composer/symfony/http-kernel@v4.4.0", ["4.4.50"]),
    (executable("usr/bin/tool", rust(("smallvec", "0.6.13"))), executable("usr/bin/tool", rust(("smallvec", "0.6.14"))),
     "CVE-2021-25900", "pkg:cargo/smallvec@0.6.13", ["0.6.14"]),
    (executable("usr/bin/demo", go("go1.26.3", "example.com/demo", ("golang.org/x/net", "v0.7.0"))),
     executable("usr/bin/demo", go("go1.26.3", "example.com/demo", ("golang.org/x/net", "v0.17.0"))),
     "CVE-2023-39325", "pkg:golang/golang.org/x/net@v0.7.0", ["0.17.0"]),
    (executable("usr/bin/std", go("go1.20.1", "example.com/std")),
     executable("usr/bin/std", go("go1.20.10", "example.com/std")),
     "CVE-2023-39325", "pkg:golang/stdlib@1.20.1", ["1.20.10"]),
    (war("2.14.1"), war("2.15.0"), "CVE-2021-44228",
     "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", ["2.15.0"]),
]


def pairs(result):
    """(id, purl) of every finding and package, with both."""
    packages = {row["id"]: row for row in result.json["packages"]}
    return {(finding["id"], packages[number]["purl"]): (finding, packages[number])
            for finding in result.json["findings"] for number in finding["packages"]}


def path_of(item):
    return item[0].name if hasattr(item[0], "name") else item[0]


def test_old_versions_are_found_where_they_are(folder):
    docker_archive("old.tar", [tar(old) for old, *_ in ROWS])
    found = pairs(scan("old.tar"))
    for layer, (old, _, wanted, purl, fixed) in enumerate(ROWS):
        assert (wanted, purl) in found, (wanted, purl, sorted(found))
        finding, package = found[wanted, purl]
        assert package["layer"] == layer, package
        assert any(path.startswith(path_of(old)) for path in package["paths"]), package
        assert set(fixed) <= set(finding["fixed_in"]), finding
        assert finding["points"] > 0 and finding["severity"] in ("high", "critical"), finding
        assert all(row["scanner"] and row["why"] and row["source"] for row in finding["evidence"]), finding
        assert finding["kind"] == "cve" and finding["mask"] is None, finding


def test_patched_versions_are_not_found(folder):
    docker_archive("new.tar", [tar(new) for _, new, *_ in ROWS])
    result = scan("new.tar")
    assert len(result.json["packages"]) >= len(ROWS)
    found = {(ident, purl.split("@")[0] if "%40" not in purl else purl.rsplit("@", 1)[0]) for ident, purl in pairs(result)}
    for _, _, wanted, purl, _ in ROWS:
        assert (wanted, purl.rsplit("@", 1)[0]) not in found, (wanted, purl)


def test_a_real_go_program_without_modules(folder):
    if not shutil.which("go"):
        raise Skip("go is not installed")
    os.makedirs("root/usr/bin")
    with open("main.go", "w", encoding="utf-8") as out:
        out.write('package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("x") }\n')
    env = {**os.environ, "GO111MODULE": "off", "GOFLAGS": "", "GOCACHE": f"{folder}/c", "GOPATH": f"{folder}/p",
           "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
    done = subprocess.run(["go", "build", "-ldflags", "-s -w", "-o", "root/usr/bin/x", "main.go"], env=env,
                          capture_output=True, timeout=250, check=False)
    if done.returncode:
        raise Skip(f"go build fails here: {done.stderr[-200:]}")
    version = subprocess.run(["go", "env", "GOVERSION"], env=env, capture_output=True, check=True).stdout.decode().strip()
    result = scan("root")
    rows = [(row["name"], row["version"]) for row in result.json["packages"]]
    assert ("stdlib", version.removeprefix("go").split()[0]) in rows, rows


def test_what_only_looks_like_a_package_brings_none(folder):
    docker_archive("odd.tar", [tar(
        ("etc/x", ""), ("app/node_modules/a/package.json", '{"name":'), ("usr/bin/t", elf({".dep-v0": b"no zlib"})),
        ("usr/bin/g", elf({".go.buildinfo": b"\xff Go buildinf:\x08\x02"})), ("opt/x.jar", b"PK\x03\x04 and no more"))])
    result = expect(scan("odd.tar"), 4)
    assert result.json["score"]["level"] == "UNKNOWN" and not result.json["packages"]
    named = " ".join(row["what"] for row in result.json["incomplete"])
    for path in ("node_modules/a/package.json", "usr/bin/t", "opt/x.jar"):
        assert path in named, (path, named)
