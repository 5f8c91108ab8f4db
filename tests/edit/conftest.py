import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tool():
    """The edit engine as a program, from the newest build that has one."""
    named = os.environ.get("STAGEGATE_EDIT_TOOL")
    built = [pathlib.Path(named)] if named else sorted(ROOT.glob("build/*/tests/edit/edit_tool"), key=lambda path: path.stat().st_mtime)
    if not built or not built[-1].exists():
        pytest.skip("no build/*/tests/edit/edit_tool (cmake --preset dev && cmake --build build/dev)")
    return str(built[-1])


@pytest.fixture(scope="session")
def events_tool(tool):
    return str(pathlib.Path(tool).with_name("events_tool"))


@pytest.fixture(scope="session")
def maker_tool(tool):
    return str(pathlib.Path(tool).with_name("maker_tool"))
