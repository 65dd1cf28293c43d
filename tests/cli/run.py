# SPDX-License-Identifier: Apache-2.0
"""run.py MODULE [CASE] - runs the cases of a module, each in an empty folder that goes afterwards."""
import importlib
import inspect
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from assay import Skip  # noqa: E402


def main():
    module = importlib.import_module(sys.argv[1])
    wanted = sys.argv[2:] or [name for name in dir(module) if name.startswith("test_")]
    code = 0
    for name in wanted:
        folder = tempfile.mkdtemp(prefix="assay-test-")
        before = os.getcwd()
        os.chdir(folder)
        os.environ["XDG_DATA_HOME"] = folder + "/data"
        os.environ["XDG_CACHE_HOME"] = folder + "/cache"
        for variable in ("DOCKER_HOST", "CONTAINER_HOST", "NO_COLOR"):
            os.environ.pop(variable, None)
        try:
            case = getattr(module, name)
            case(*([folder] if inspect.signature(case).parameters else []))
        except Skip as skip:
            print("skipped:", skip)
            code = code or 77
        finally:
            os.chdir(before)
            shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
