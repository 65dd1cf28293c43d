# SPDX-License-Identifier: Apache-2.0
"""What package managers list of the same files, we list."""
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile

from assay import Skip, expect, scan, shared
from engine import need, run


def found(result, kind):
    return sorted((p["name"], p["version"]) for p in result.json["packages"] if p["type"] == kind)


def only(missing, extra):
    return f"not found: {sorted(missing)[:10]}, too much: {sorted(extra)[:10]}"


def same(ours, theirs):
    ours, theirs = set(ours), set(theirs)
    assert theirs, "the other lists nothing"
    assert ours == theirs, only(theirs - ours, ours - theirs)


def unpacked(name, folder):
    with tarfile.open(shared(f"fixtures/images/{name}")) as archive:
        archive.extractall(folder)
    return folder


def test_apk_info_of_alpine(folder):
    if os.getuid() != 0 or os.uname().machine != "x86_64":
        raise Skip("only root can enter another root file system")
    need("chroot")
    for version in ("3.9.6", "3.17.10", "3.20.3"):
        root = unpacked(f"alpine-minirootfs-{version}-x86_64.tar.gz", f"root-{version}")
        listed = run("chroot", root, "/sbin/apk", "info", "-v").splitlines()
        rows = [re.fullmatch(r"(.+)-([^-]+-r\d+)", row) for row in listed if "WARNING" not in row]
        same(found(expect(scan(root), 0), "apk"), [row.groups() for row in rows if row])


def test_rpm_query(folder):
    need("rpm")
    compared = 0
    for name, path, distro in (("cbl-mariner-2.0", "var/lib/rpm", "mariner"),
                               ("sle15-bci", "usr/lib/sysimage/rpm", "sles")):
        database = os.path.join(folder, name, path)
        shutil.copytree(shared(f"fixtures/rpmdb/{name}"), database)
        backend = "sqlite" if name.startswith("cbl") else "ndb"
        listed = run("rpm", f"--dbpath={database}", "--define", f"_db_backend {backend}", "-qa", "--qf",
                     "%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\n")
        if "dummy database" in listed:
            continue  # this rpm was built without that kind
        theirs = [tuple(row.split(" ")) for row in listed.splitlines() if not row.startswith("gpg-pubkey")]
        os.makedirs(f"{name}/etc")
        with open(f"{name}/etc/os-release", "w", encoding="utf-8") as out:
            out.write(f'ID={distro}\nVERSION_ID="15.5"\n')
        result = scan(name)
        assert result.code in (0, 4), result
        ours = found(result, "rpm")
        same([(n, re.sub("^0:", "", v)) for n, v in ours], theirs)
        compared += 1
    if not compared:
        raise Skip("this rpm was built without sqlite and ndb")


def test_pip_list(folder):
    """Of the Python that runs this: its metadata alone, in a root of its own."""
    place = sysconfig.get_paths()["purelib"]
    done = subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", "list", "--format", "json",
                           "--path", place], capture_output=True, check=False)
    if done.returncode:
        raise Skip("this Python has no pip")
    os.makedirs("root/usr/lib/python3/site-packages")
    for name in os.listdir(place):
        if name.endswith(".dist-info") and os.path.exists(f"{place}/{name}/METADATA"):
            os.mkdir(f"root/usr/lib/python3/site-packages/{name}")
            shutil.copy(f"{place}/{name}/METADATA", f"root/usr/lib/python3/site-packages/{name}")
    listed = run(sys.executable, "-m", "pip", "--disable-pip-version-check", "list", "--format", "json", "--path",
                 f"{folder}/root/usr/lib/python3/site-packages")
    rows = json.loads(next(row for row in listed.splitlines() if row.startswith("[")))

    def plain(name):
        return re.sub(r"[-_.]+", "-", name).lower()
    if not rows:
        raise Skip("this Python has no packages")
    ours = found(expect(scan("root"), 0), "pypi")
    same([(plain(n), v) for n, v in ours], [(plain(row["name"]), row["version"]) for row in rows])


def npm_rows(node):
    for name, child in node.get("dependencies", {}).items():
        if "version" in child:
            yield name, child["version"]
        yield from npm_rows(child)


def npm(folder, *words, codes=(0,)):
    """What npm prints; its cache and its logs stay in the folder."""
    env = {"npm_config_update_notifier": "false", "npm_config_cache": f"{folder}/npm",
           "npm_config_logs_dir": f"{folder}/npm/logs"}
    done = subprocess.run(["npm", *words], capture_output=True, check=False, env={**os.environ, **env})
    if done.returncode not in codes:
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it says nothing"])[-1]
        raise Skip(f"npm {words[0]}: exit {done.returncode}: {last[-200:]}")
    return done.stdout.decode()


def test_npm_ls(folder):
    """Of npm itself, the largest tree that is there for certain."""
    need("npm")
    place = npm(folder, "root", "-g").strip()
    if not os.path.isdir(f"{place}/npm"):
        raise Skip("npm is not among its own global packages")
    for base, folders, files in os.walk(place):
        folders.sort()
        if "package.json" in files:
            target = "root/usr/lib/node_modules" + base[len(place):]
            os.makedirs(target, exist_ok=True)
            shutil.copy(f"{base}/package.json", target)
    listed = npm(folder, "ls", "--global", "--all", "--json", f"--prefix={folder}/root/usr", codes=(0, 1))
    if not listed.startswith("{"):
        raise Skip("this npm lists nothing")
    same(found(expect(scan("root"), 0), "npm"), npm_rows(json.loads(listed)))  # 1: it finds faults with the tree


def go_modules(path):
    """What `go version -m` says of a program: the modules, a replaced one by what replaces it."""
    done = subprocess.run(["go", "version", "-m", path], capture_output=True, check=False)
    rows = []
    for row in done.stdout.decode().splitlines()[1:]:
        words = row.split("\t")
        if words[1:2] == ["dep"]:
            rows.append((words[2], words[3]))
        elif words[1:2] == ["=>"]:
            rows[-1] = (words[2], words[3])
    return rows


def test_go_version_of_a_program(folder):
    need("go")
    for program in ("go", "docker", "dockerd", "containerd", "podman", "skopeo", "umoci", "gopls"):
        path = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:{os.path.expanduser('~')}/go/bin")
        modules = go_modules(path) if path else []
        if modules:
            break
    else:
        raise Skip("no program of Go modules is installed")
    os.makedirs("root/usr/bin")
    shutil.copy(path, "root/usr/bin/program")
    result = scan("root")
    ours = [(n, v) for n, v in found(result, "golang") if n != "stdlib"]
    assert set(modules) <= set(ours), only(set(modules) - set(ours), set())
