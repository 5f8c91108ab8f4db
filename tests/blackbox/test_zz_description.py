"""All that the program has asked the simulated GitLab in this run, and all answers, against GitLab's description."""
import os

import pytest

from sim import gl_openapi

SPEC = gl_openapi.description()


@pytest.mark.skipif(SPEC is None, reason="no contracts: GitLab's description is not there")
def test_every_request_and_answer_is_described(sandbox, sg):
    sg.env["STAGEGATE_GITLAB_URL"] = sandbox.env["STAGEGATE_GITLAB_URL"]
    sg("gate", "catalog", "--to", "staging", expect=None)
    assert os.path.getsize(sandbox.env["SANDBOX_EXCHANGES"]) > 0
    found = gl_openapi.check_file(sandbox.env["SANDBOX_EXCHANGES"], SPEC)
    assert not found, "\n".join(f"{name}: {problem}" for name, problem in found)
