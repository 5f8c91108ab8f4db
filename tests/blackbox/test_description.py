"""What the program asks the simulated GitLab, and all answers, against GitLab's description.

Each sandbox is checked whole at its end (conftest.running); here one run of every kind of read shows that there is something to check.
"""
import os

import pytest

from conftest import SPEC
from sim import gl_openapi


@pytest.mark.skipif(SPEC is None, reason="no contracts: GitLab's description is not there")
def test_requests_and_answers_are_recorded_and_described(sandbox, sg):
    sg.env["STAGEGATE_GITLAB_URL"] = sandbox.env["STAGEGATE_GITLAB_URL"]
    exchanges = sandbox.env["SANDBOX_EXCHANGES"]
    before = os.path.getsize(exchanges) if os.path.exists(exchanges) else 0
    sg("gate", "catalog", "--to", "staging", expect=None)
    sg("doctor", expect=None)
    assert os.path.getsize(exchanges) > before
    found = gl_openapi.check_file(exchanges, SPEC)
    assert not found, "\n".join(f"{name}: {problem}" for name, problem in found)
