import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def ask():
    """Puts a list of questions to the program, from the newest build that has one, and returns the list of answers."""
    named = os.environ.get("STAGEGATE_ZONE_TOOL")
    built = [pathlib.Path(named)] if named else sorted(ROOT.glob("build/*/tests/zones/zone_tool"), key=lambda path: path.stat().st_mtime)
    if not built or not built[-1].exists():
        pytest.skip("no build/*/tests/zones/zone_tool (cmake --preset dev && cmake --build build/dev)")

    def put(questions):
        text = "".join("\t".join(map(str, words)) + "\n" for words in questions)
        done = subprocess.run([built[-1]], input=text, capture_output=True, text=True, check=True)
        answers = done.stdout.split("\n")[:-1]
        assert len(answers) == len(questions)
        return answers

    return put


@pytest.fixture(scope="session")
def tree():
    """The folder of zone files that the table was made from."""
    done = subprocess.run([ROOT / "ci/zones", "--tree"], capture_output=True, text=True)
    if done.returncode == 3:
        pytest.skip(done.stderr.strip())
    if done.returncode:
        pytest.skip(f"no tzdata of the table's version here and apt gives none: {done.stderr.strip()[-200:]}")
    return pathlib.Path(done.stdout.strip())
