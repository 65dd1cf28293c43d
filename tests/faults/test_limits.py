# SPDX-License-Identifier: Apache-2.0
"""What the system refuses for real: full and failing disks, closed streams, small limits, no rights,
no /proc."""
import contextlib
import json
import os
import resource
import shutil
import subprocess

from assay import AS_OF, BIN, Skip, expect, one_line
from engine import need
from faults import ROUNDS, SANITIZED, World, adopt_orphans, complaint, finish, run, start, tree

DATA = ["--db", "db", "--cache", "cache"]
SCAN = ["scan", "../layout", "--format", "json", "--as-of", AS_OF, *DATA]
FOLDER = ["scan", "../root", "--format", "json", "--as-of", AS_OF, *DATA]
REPORT = ["scan", "../image.tar", "--as-of", AS_OF, *DATA, "--format", "html", "-o", "out/report.html"]
PIPED = ["scan", "-", "--format", "json", "--as-of", AS_OF, *DATA]
BUILD = ["db", "build", "../later", "--db", "db"]
PRINTING = {
    "scan": SCAN, "lookup": ["db", "lookup", "CVE-2025-0001", "--db", "db"], "status": ["db", "status", "--db", "db"],
    "show": ["cache", "show", "--cache", "cache"], "policy": ["policy", "show"], "list": ["list", "sources"],
    "score": ["score", "../result.json", "--as-of", AS_OF], "compare": ["compare", "dpkg", "1", "2"],
    "help": ["scan", "--help"], "version": ["--version"], "build": BUILD,
}


def as_root():
    if os.geteuid() != 0:
        raise Skip("needs root")


def sanitizers_want_more():
    if SANITIZED:
        raise Skip("a sanitizer needs more than this leaves")


@contextlib.contextmanager
def mounted(kind, where, *words):
    as_root()
    need("mount")
    done = subprocess.run(["mount", "-t", kind, *words, where], capture_output=True, check=False)
    if done.returncode:
        raise Skip(f"cannot mount {kind}: {done.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", where], check=True)


class Trial:
    """Runs that meet a limit, each from the same start; all that is wrong is told at the end."""

    def __init__(self, folder):
        adopt_orphans()
        self.world, self.bad, self.runs = World(folder), [], 0

    def good(self, words, **more):
        self.world.renew()
        done = run(words, **more)
        assert done.code == 0, done
        return done, tree("work")

    def judge(self, how, done, good, after, words=None):
        """Also that nothing is left, and that without the limit all is well again."""
        self.runs += 1
        why = complaint(done, good)
        known = set(self.world.fresh.items()) | set(after.items())
        strange = [name for name, content in tree("work").items() if (name, content) not in known]
        if strange:
            why = f"left {strange}"
        if words and not why:
            again = run(words)
            if (again.code, again.out) != (good.code, good.out) or tree("work") != after:
                why = f"the next run is another: {again!r}"
        if why:
            self.bad.append(f"{how}: {why}\n{done!r}")

    def verdict(self):
        assert not self.bad, f"{len(self.bad)} of {self.runs}\n" + "\n".join(self.bad[:12])
        print(f"{self.runs} runs")


def limited(words, which, most):
    return run(words, preexec_fn=lambda: resource.setrlimit(which, (most, most)))


def starts_within(which, most):
    """Or not even its libraries can be loaded."""
    return subprocess.run([BIN, "--version"], capture_output=True, check=False,
                          preexec_fn=lambda: resource.setrlimit(which, (most, most))).returncode == 0


# ---- disks ----

def test_full_disk(folder):
    """A file system with room for ever more pages of what is written to it."""
    trial = Trial(folder)
    for words, where in ((BUILD, "db"), (SCAN, "cache"), (REPORT, "out")):
        good, after = trial.good(words)
        for pages in range(1, 40 if ROUNDS else 12):
            trial.world.renew()
            with mounted("tmpfs", f"work/{where}", "-o", f"size={4 * pages}k,mode=700", "tmpfs"):
                shutil.copytree(f"fresh/{where}", f"work/{where}", dirs_exist_ok=True)
                trial.judge(f"{pages} pages for {where}", run(words), good, after)
    trial.verdict()


def test_no_room_for_temporary_files(folder):
    trial = Trial(folder)
    with open("image.tar", "rb") as file:
        image = file.read()

    def piped(words):
        process = start(words, stdin=subprocess.PIPE)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(image)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        process.stdin = None
        return finish(process)

    trial.world.renew()
    good = piped(PIPED)
    assert good.code == 0, good
    after = tree("work")
    for pages in (1, 2, 10, 50, 85, 90):
        trial.world.renew()
        with mounted("tmpfs", "work/tmp", "-o", f"size={4 * pages}k", "tmpfs"):
            trial.judge(f"{pages} pages", piped(PIPED), good, after)
    trial.verdict()


def test_read_only(folder):
    trial = Trial(folder)
    for words in (BUILD, SCAN, REPORT, FOLDER):
        good, after = trial.good(words)
        trial.world.renew()
        as_root()
        need("mount")
        if subprocess.run(["mount", "--bind", "work", "work"], check=False, capture_output=True).returncode:
            raise Skip("cannot mount a folder on itself")
        try:
            subprocess.run(["mount", "-o", "remount,bind,ro", "work"], check=True)
            done = run(words)
        finally:
            subprocess.run(["umount", "work"], check=True)
        trial.judge(words[1], done, good, after, words)
        if words in (BUILD, REPORT):
            one_line(expect(done, 1), "Read-only file system")
    trial.verdict()


def test_failing_disk(folder):
    """A loop device whose file was cut short gives EIO for what lay behind the cut."""
    as_root()
    need("mkfs.ext4")
    World(folder)
    adopt_orphans()
    os.mkdir("disk")
    for what in ("db/advisories.db", "layout/blobs/sha256", "root/lib/apk/db/installed"):
        with open("device", "wb") as file:
            file.truncate(64 << 20)
        if subprocess.run(["mkfs.ext4", "-q", "-F", "device"], check=False, capture_output=True).returncode:
            raise Skip("mkfs.ext4 is missing")
        with mounted("ext4", "disk", "-o", "loop", "device"):
            for name in ("layout", "root"):
                shutil.copytree(name, f"disk/{name}")
            shutil.copytree("fresh/db", "disk/db")
            subprocess.run(["sync", "-f", "disk"], check=True)
            with open("device", "r+b") as file:
                file.truncate(4 << 20)  # what describes the files is in memory
            files = [f"disk/{what}"] if os.path.isfile(f"disk/{what}") else [
                f"disk/{what}/{name}" for name in os.listdir(f"disk/{what}")]
            for name in files:
                with open(name, "rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                    try:
                        file.read(1)
                    except OSError:
                        continue
                raise Skip("a loop device cut short does not fail here")
            target = "../disk/root" if what.startswith("root") else "../disk/layout"
            done = run(["scan", target, "--format", "json", "--as-of", AS_OF, "--db", "../disk/db", "--no-cache"])
            assert done.code in (1, 4) and not done.left, (what, done)
            if done.code == 1:
                one_line(done, "Input/output error")
            else:
                told = json.loads(done.out)["incomplete"]
                assert any("installed" in row["why"] for row in told), told


# ---- streams ----

def test_closed_streams(folder):
    """No file gets the number of a stream that is closed."""
    trial = Trial(folder)
    for name, words in PRINTING.items():
        for stream in (0, 1, 2):
            trial.world.renew()
            good, after = trial.good(words)
            trial.world.renew()
            done = run(words, preexec_fn=lambda: os.close(stream))
            if stream == 1:
                assert done.code == 1 and "standard output" in done.err, (name, done)
            else:
                assert (done.code, done.out) == (good.code, good.out), (name, stream, done)
            now = tree("work")
            assert now == after, (name, stream, now)


def test_full_output(folder):
    World(folder)
    for name, words in PRINTING.items():
        with open("/dev/full", "wb") as full:
            done = expect(run(words, stdout=full), 1)
        one_line(done, "standard output")


def test_reader_that_goes(folder):
    """`| head -n 1`: ends by the pipe, or did not notice."""
    World(folder)
    before = tree("work")
    for name, words in PRINTING.items():
        if name == "build":
            continue
        process = start(words)
        process.stdout.close()
        process.stdout = None
        done = finish(process)
        assert done.code in (0, -13) and not done.left, (name, done)
        assert {key for key in tree("work") if not key.startswith("cache")} == {
            key for key in before if not key.startswith("cache")}, name


# ---- limits of the process ----

def test_file_size(folder):
    trial = Trial(folder)
    for words in (BUILD, SCAN, REPORT):
        good, after = trial.good(words)
        for size in (0, 1, 100, 4096, 10000):
            trial.world.renew()
            trial.judge(f"{words[1]} up to {size} bytes", limited(words, resource.RLIMIT_FSIZE, size), good, after,
                        words)
    trial.verdict()


def test_descriptors(folder):
    sanitizers_want_more()
    trial = Trial(folder)
    for words in (BUILD, SCAN, FOLDER, REPORT):
        good, after = trial.good(words)
        for count in range(3, 24):
            if not starts_within(resource.RLIMIT_NOFILE, count):
                continue
            trial.world.renew()
            trial.judge(f"{words[1]} with {count}", limited(words, resource.RLIMIT_NOFILE, count), good, after, words)
    trial.verdict()


def test_address_space(folder):
    sanitizers_want_more()
    trial = Trial(folder)
    for words in (BUILD, SCAN, FOLDER):
        good, after = trial.good(words)
        for megabytes in [*range(4, 40, 1 if ROUNDS else 3), 60, 100, 200, 400]:
            size = megabytes << 20
            if not starts_within(resource.RLIMIT_AS, size):
                continue
            trial.world.renew()
            trial.judge(f"{words[1]} in {megabytes} MB", limited(words, resource.RLIMIT_AS, size), good, after, words)
    trial.verdict()


def as_nobody():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


def of_nobody(folder):
    """A copy of the program: the folders above the checkout may be root's alone."""
    program = shutil.copy(BIN, f"{folder}/program")
    os.chmod(folder, 0o755)
    os.chmod(program, 0o755)
    try:
        done = subprocess.run([program, "--version"], capture_output=True, check=False, preexec_fn=as_nobody)
    except (OSError, subprocess.SubprocessError) as error:
        raise Skip(f"nobody cannot run a program here: {error}") from error
    if done.returncode:
        raise Skip(f"nobody cannot run the program: {done.stderr.decode(errors='replace')[-200:]}")
    return {"executable": program}


def open_to_all(folder):
    os.chmod(folder, 0o755)
    for place, folders, files in os.walk("work"):
        for name in [place, *(f"{place}/{file}" for file in files)]:
            os.chown(name, 65534, 65534)


def test_processes(folder):
    """A user who may start no other: of the parser's child, or of its threads."""
    sanitizers_want_more()
    as_root()
    trial, nobody = Trial(folder), of_nobody(folder)
    good, after = trial.good(SCAN)

    def alone(most):
        as_nobody()
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))

    for most in (1, 2, 3, 4):
        trial.world.renew()
        open_to_all(folder)
        trial.judge(f"{most} processes", run(SCAN, preexec_fn=lambda: alone(most), **nobody), good, after)
    trial.world.renew()
    open_to_all(folder)
    one_line(expect(run(SCAN, preexec_fn=lambda: alone(1), **nobody), 1), "Resource temporarily unavailable")
    trial.verdict()


def test_unreadable(folder):
    """Not root, and rights are missing: each is named, and nothing that could not be read is clean."""
    as_root()
    World(folder)
    nobody = of_nobody(folder)
    for path, mode in (("root/app", 0), ("root/app/node_modules/lodash", 0o444), ("root/lib/apk/db", 0),
                       ("root/lib/apk/db/installed", 0), ("root", 0), ("image.tar", 0), ("layout/index.json", 0),
                       ("layout/blobs/sha256", 0), ("work/db/advisories.db", 0), ("work/cache", 0o500),
                       ("work/out", 0o500)):
        shutil.rmtree("work")
        shutil.copytree("fresh", "work")
        open_to_all(folder)
        before = os.stat(path).st_mode
        os.chmod(path, mode)
        target = path.split("/", maxsplit=1)[0] if not path.startswith("work") else "image.tar"
        words = ["scan", f"../{target}", "--as-of", AS_OF, "--db", "db", "--cache", "cache", "--format", "json"]
        done = run([*words, "-o", "out/r.json"], preexec_fn=as_nobody, **nobody)
        os.chmod(path, before)
        if path == "work/cache":
            expect(done, 0)  # a cache that cannot be written costs time
        elif done.code == 4:
            with open("work/out/r.json", encoding="utf-8") as file:
                told = json.load(file)["incomplete"]
            name = os.path.basename(path)
            assert any(name in row["what"] + row["why"] for row in told), (path, told)
        else:
            one_line(expect(done, 1), *([] if target == "layout" else ["ermission denied"]))


def test_no_proc(folder):
    sanitizers_want_more()
    as_root()
    need("unshare", "mount")
    trial = Trial(folder)
    for words in (BUILD, SCAN, FOLDER, REPORT):
        good, after = trial.good(words)
        trial.world.renew()
        script = 'mount -t tmpfs none /proc && exec "$@"'
        process = subprocess.Popen(["unshare", "--mount", "sh", "-c", script, "sh", os.path.abspath(BIN), *words],
                                   cwd="work", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        done = finish(process)
        if "unshare" in done.err or "mount" in done.err:
            raise Skip("no mount namespaces here")
        trial.judge(words[1], done, good, after, words)
        expect(done, 0)
    trial.verdict()
