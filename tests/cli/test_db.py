# SPDX-License-Identifier: Apache-2.0
"""assay db: a small database of our own, built, fetched, looked up and damaged."""
import contextlib
import fcntl
import functools
import hashlib
import http.server
import io
import json
import os
import signal
import subprocess
import threading
import time
import zipfile

from assay import BIN, Skip, assay, expect, one_line

LODASH = {"id": "GHSA-1111-2222-3333", "modified": "2026-01-02T00:00:00Z", "aliases": ["CVE-2025-0001"],
          "summary": "Command injection", "affected": [{
              "package": {"ecosystem": "npm", "name": "@scope/lodash"},
              "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "4.17.21"}]}]}]}
KEV = {"catalogVersion": "2026.01.01", "dateReleased": "2026-01-01T00:00:00Z", "count": 1, "vulnerabilities": [
    {"cveID": "CVE-2025-0001", "dateAdded": "2026-01-01", "dueDate": "2026-01-22",
     "knownRansomwareCampaignUse": "Known"}]}


def feeds(folder="feeds", records=(LODASH,)):
    os.makedirs(f"{folder}/osv/npm", exist_ok=True)
    os.makedirs(f"{folder}/kev", exist_ok=True)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for record in records:
            archive.writestr(record["id"] + ".json", json.dumps(record))
    with open(f"{folder}/osv/npm/all.zip", "wb") as file:
        file.write(out.getvalue())
    with open(f"{folder}/kev/known_exploited_vulnerabilities.json", "w", encoding="utf-8") as file:
        json.dump(KEV, file)
    return folder


@contextlib.contextmanager
def served(folder):
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_request(self, code="-", size="-"):
            asked.append((self.path, int(code)))

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_):
            pass

    server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def lookup(what, db="db"):
    return expect(assay("db", "lookup", what, "--db", db, "--format", "json"), 0).json


def test_unknown_words():
    one_line(expect(assay("db", "frob"), 2), "frob", "lookup")
    one_line(expect(assay("db", "lookup", "CVE-1", "--db", "nowhere"), 1), "nowhere")
    one_line(expect(assay("db", "status", "--format", "html"), 2), "table or json")
    one_line(expect(assay("db", "update", "--only", "frob"), 2), "--only frob")
    one_line(expect(assay("db", "update", "--offline"), 2), "--offline")
    for words in (["update"], ["seed", "a", "b"], ["status"], ["lookup", "CVE-1"]):
        for option in ("--out", "--sign-key"):
            one_line(expect(assay("db", *words, option, "x"), 2), words[0], option, "build")


def test_lookup_by_any_name():
    expect(assay("db", "build", feeds(), "--db", "db"), 0)
    one_line(expect(assay("db", "lookup", "CVE-1999-0001", "--db", "db"), 1), "CVE-1999-0001")
    for name in ("CVE-2025-0001", "GHSA-1111-2222-3333", "pkg:npm/%40scope/lodash",
                 "pkg:npm/@scope/lodash@4.0.0", "@scope/lodash"):
        advisory = lookup(name)[0]["advisories"][0]
        assert (advisory["id"], advisory["package"]) == ("CVE-2025-0001", "@scope/lodash"), advisory
        assert advisory["ranges"] == [{"fixed": "4.17.21"}], advisory
    assert lookup("CVE-2025-0001")[0]["vulnerability"]["kev"] == {"added": "2026-01-01", "due": "2026-01-22"}


def test_no_day_is_not_1970():
    """A record that does not say when it was published says nothing of its age."""
    feeds(records=[LODASH, {**LODASH, "id": "GHSA-dddd-dddd-dddd", "aliases": ["CVE-2024-0002"],
                            "published": "2024-05-06T00:00:00Z"},
                   {**LODASH, "id": "GHSA-zzzz-zzzz-zzzz", "aliases": ["CVE-2024-0003"],
                    "published": "1970-01-01T00:00:00Z"}])
    expect(assay("db", "build", "feeds", "--db", "db"), 0)
    for undated in ("CVE-2025-0001", "CVE-2024-0003"):
        assert "published" not in lookup(undated)[0]["vulnerability"]
    assert lookup("CVE-2024-0002")[0]["vulnerability"]["published"] == "2024-05-06"


def test_update_fetches_what_changed_only():
    feeds()
    with served("feeds") as (url, asked):
        expect(assay("db", "update", "--base-url", url, "--db", "db"), 0)
        first = digest("db/advisories.db")
        asked.clear()
        again = expect(assay("db", "update", "--base-url", url, "--db", "db"), 0)
        assert "0 files fetched" in again.out and digest("db/advisories.db") == first
        assert 200 not in [code for _, code in asked], asked
        asked.clear()
        expect(assay("db", "update", "--base-url", url, "--db", "db", "--only", "kev"), 0)
        assert [path for path, _ in asked] == ["/kev/known_exploited_vulnerabilities.json"], asked


def test_server_that_is_gone_is_named_and_old_data_stays():
    feeds()
    with served("feeds") as (url, _):
        expect(assay("db", "update", "--base-url", url, "--db", "db"), 0)
    before = digest("db/advisories.db")
    run = expect(assay("db", "update", "--base-url", url, "--db", "db"), 1)
    assert "kev: kev/known_exploited_vulnerabilities.json" in run.err and "old data stays" in run.err
    assert len(run.err.splitlines()) < 40, "one line a source"
    assert digest("db/advisories.db") == before
    run = expect(assay("db", "update", "--base-url", url, "--db", "new"), 1)
    assert "Could" in run.err and "no data of it was fetched before" in run.err, run


def test_source_with_old_data_is_told_from_one_without():
    """Its first file was never there; another was, or came right now."""
    os.makedirs("feeds/alpine-secdb/v3.9")
    with open("feeds/alpine-secdb/v3.9/main.json", "w", encoding="utf-8") as file:
        json.dump({"distroversion": "v3.9", "packages": []}, file)
    only = ["--db", "db", "--only", "alpine-secdb"]
    with served("feeds") as (url, _):
        expect(assay("db", "update", "--base-url", url, *only), 0)
    run = expect(assay("db", "update", "--base-url", url, *only), 1)
    line = run.err.splitlines()[0]
    assert "alpine-secdb/edge/" in line and line.endswith("; its old data stays"), run.err
    only[1] = "new"
    run = expect(assay("db", "update", "--base-url", url, *only), 1)
    assert run.err.splitlines()[0].endswith("; no data of it was fetched before"), run.err


def test_update_leaves_files_of_others():
    feeds()
    os.makedirs("home/texts")
    for name in ("home/notes.new", "home/texts/notes.new", "home/.advisories.db.assay.new"):
        with open(name, "w", encoding="utf-8") as file:
            file.write("mine")
    with served("feeds") as (url, _):
        subprocess.run([BIN, "db", "update", "--base-url", url, "--db", ".", "-q"], cwd="home", check=True,
                       stdout=subprocess.DEVNULL)
    assert sorted(os.listdir("home")) == ["advisories.db", "feeds", "notes.new", "texts", "update.lock"]
    assert os.listdir("home/texts") == ["notes.new"]


def test_one_at_a_time():
    """Who builds beside another would sign one database and install another."""
    feeds()
    expect(assay("db", "build", "feeds", "--db", "db"), 0)
    with open("db/update.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        one_line(expect(assay("db", "build", "feeds", "--db", "db"), 1), "another update or build", "update.lock")
        one_line(expect(assay("db", "update", "--base-url", "http://127.0.0.1:1", "--db", "db"), 1), "another update")
        expect(assay("db", "build", "feeds", "--out", "out/elsewhere.db"), 0)
    assert os.listdir("out") == ["elsewhere.db"]
    with open("db/advisories.db", "rb") as file:
        whole = file.read()
    piped = subprocess.run([BIN, "db", "build", "feeds", "--out", "/dev/stdout"], capture_output=True, check=True)
    assert piped.stdout.startswith(whole)


def test_killed_update_loses_nothing():
    feeds()
    with served("feeds") as (url, _):
        expect(assay("db", "update", "--base-url", url, "--db", "db"), 0)
        for i in range(10):
            feeds(records=[{**LODASH, "summary": f"number {i}"}])
            later = time.time() + 10 * (i + 1)  # a server tells times by the second
            os.utime("feeds/osv/npm/all.zip", (later, later))
            update = subprocess.Popen([BIN, "db", "update", "--base-url", url, "--db", "db", "--quiet"],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.01 * i)
            update.send_signal(signal.SIGKILL)
            update.wait()
            expect(assay("db", "status", "--db", "db"), 0)
        expect(assay("db", "update", "--base-url", url, "--db", "db"), 0)
        assert lookup("CVE-2025-0001")[0]["vulnerability"]["title"] == "number 9"
    assert sorted(os.listdir("db")) == ["advisories.db", "feeds", "update.lock"]


def keys():
    try:
        for name in ("ours", "theirs"):
            subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", name], check=True,
                           capture_output=True)
            subprocess.run(["openssl", "pkey", "-in", name, "-pubout", "-out", name + ".pub"], check=True,
                           capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Skip("no openssl that makes Ed25519 keys") from error


def test_signature():
    feeds()
    keys()
    expect(assay("db", "build", "feeds", "--db", "db"), 0)
    one_line(expect(assay("db", "status", "--db", "db", "--db-key", "ours.pub"), 1), "signature")
    expect(assay("db", "build", "feeds", "--db", "db", "--sign-key", "ours"), 0)
    expect(assay("db", "status", "--db", "db", "--db-key", "ours.pub"), 0)
    one_line(expect(assay("db", "status", "--db", "db", "--db-key", "theirs.pub"), 1), "signature is wrong")
    one_line(expect(assay("db", "build", "nowhere", "--db", "db", "--sign-key", "ours.pub"), 2), "--sign-key ours.pub")


def test_unsigned_database_replaces_a_signed_one():
    """A signature that does not fit would look like an attack."""
    feeds()
    keys()
    expect(assay("db", "build", "feeds", "--db", "db", "--sign-key", "ours"), 0)
    assert sorted(os.listdir("db")) == ["advisories.db", "advisories.db.sig", "update.lock"]
    feeds(records=[{**LODASH, "summary": "of the build"}])
    expect(assay("db", "build", "feeds", "--db", "db"), 0)
    assert sorted(os.listdir("db")) == ["advisories.db", "update.lock"]
    one_line(expect(assay("db", "status", "--db", "db", "--db-key", "ours.pub"), 1), "cannot open", "db.sig")
    expect(assay("db", "build", "feeds", "--db", "db", "--sign-key", "ours"), 0)
    feeds(records=[{**LODASH, "summary": "of the update"}])
    with served("feeds") as (url, _):
        expect(assay("db", "update", "--base-url", url, "--db", "db"), 0)
        assert lookup("CVE-2025-0001")[0]["vulnerability"]["title"] == "of the update"
    assert sorted(os.listdir("db")) == ["advisories.db", "feeds", "update.lock"]


def test_damaged_database():
    expect(assay("db", "build", feeds(), "--db", "db"), 0)
    with open("db/advisories.db", "rb") as file:
        whole = file.read()
    os.makedirs("bad")
    for bytes_left in (b"", b"SQLite format 3\0", whole[:100], whole[:-1]):
        with open("bad/advisories.db", "wb") as file:
            file.write(bytes_left)
        one_line(expect(assay("scan", "feeds", "--db", "bad"), 1), "bad/advisories.db")
    with open("bad/advisories.db", "wb") as file:
        file.write(whole[:-1] + bytes([whole[-1] ^ 1]))
    one_line(expect(assay("db", "status", "--db", "bad"), 1), "checksum")


def test_output_goes_where_it_is_sent():
    expect(assay("db", "build", feeds(), "--db", "db"), 0)
    os.symlink("target", "link")
    os.mkfifo("fifo")
    with open("private", "w", encoding="utf-8"):
        os.chmod("private", 0o600)
    reader = subprocess.Popen(["cat", "fifo"], stdout=subprocess.PIPE)
    for name in ("link", "fifo", "private"):
        run = expect(assay("db", "status", "--db", "db", "--format", "json", "-o", name), 0)
        assert run.out == ""
    assert json.loads(reader.communicate()[0])["sources"]
    assert os.path.islink("link") and json.load(open("target", encoding="utf-8"))["sources"]
    assert os.stat("private").st_mode & 0o777 == 0o600
    expect(assay("db", "status", "--db", "db", "--format", "json", "-o", "/dev/stdout"), 0)
    assert os.path.islink("/dev/stdout")
    one_line(expect(assay("db", "status", "--db", "db", "-o", "feeds"), 1), "feeds")
    one_line(expect(assay("db", "status", "--db", "db", "-o", "/dev/full"), 1), "/dev/full")
