"""The limits of the bench bite, and are of rows that there are."""
import pathlib
import subprocess

import pytest

from bench import limits

RUN = pathlib.Path(__file__).with_name("run")


def test_each_is_of_a_row():
    rows = subprocess.run([RUN, "--list"], capture_output=True, text=True, check=True).stdout.split()
    assert set(limits.COUNTED) | set(limits.TIMED) <= set(rows)


@pytest.mark.parametrize("found, misses", [
    ({"requests": 3}, []), ({"requests": 2}, []), ({}, ["wait-good: ours.requests is None, the limit is 3"]),
    ({"requests": 4}, ["wait-good: ours.requests is 4, the limit is 3"])])
def test_more_than_a_limit_is_missed(found, misses):
    assert limits.missed({"name": "wait-good", "ours": found, "ratio": {}}, limits.COUNTED) == misses
    assert limits.missed({"name": "edit-1mib", "ours": found, "ratio": {}}, limits.COUNTED) == []
