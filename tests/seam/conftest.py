"""The black-box fixtures, for the build that can be killed at each effect (STAGEGATE_BIN; absent: build/seam/stagegate)."""
import importlib.util
import os
import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parent.parent
os.environ.setdefault("STAGEGATE_BIN", str(TESTS.parent / "build/seam/stagegate"))
sys.path.insert(0, str(TESTS / "blackbox"))

_spec = importlib.util.spec_from_file_location("blackbox_fixtures", TESTS / "blackbox/conftest.py")
blackbox = importlib.util.module_from_spec(_spec)
sys.modules["blackbox_fixtures"] = blackbox
_spec.loader.exec_module(blackbox)

sandbox, sg, as_after_the_start = blackbox.sandbox, blackbox.sg, blackbox.as_after_the_start


@pytest.fixture(name="blackbox")
def _blackbox():
    return blackbox
