"""The histories bite: a table, or a driver, that is wrong in one way is found out, and told how to look at it."""
import json
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = os.environ.get("STAGEGATE_HISTORIES", str(ROOT / "build/dev/tests/histories/histories"))
BREAKS = {  # what is wrong -> what it must lead to
    "no-ancestry": "false_green", "unknown-is-yes": "false_green", "lost-is-fine": "false_green", "no-proof": "false_red",
    "no-row-3": "false_green", "no-row-5-8": "false_green", "no-row-6": "false_green", "no-row-12": "false_green",
    "no-row-13": "false_green", "no-row-14-17": "false_green", "no-row-18": "false_green", "no-row-19": "false_green",
    "no-row-22": "false_green", "no-children": "false_green", "no-refresh": "hangs", "any-failed-sync": "false_red",
    "late-writes": "hangs", "no-second-look": "false_green"}
RARE = {"no-row-12": 30000, "no-row-13": 30000, "no-second-look": 20000, "unknown-is-yes": 10000}


def play(*words):
    done = subprocess.run([ROOT / "tests/histories/run", *map(str, words)], capture_output=True, text=True, timeout=300,
                          env={**os.environ, "STAGEGATE_HISTORIES": TOOL})
    return done.returncode, done.stdout


def result(tmp_path, *words):
    status, text = play(*words, "--json", tmp_path / "result.json")
    return status, json.loads((tmp_path / "result.json").read_text()), text


def test_all_is_well(tmp_path):
    status, found, text = result(tmp_path, "--count", 500, "--seed", 9)
    assert (status, text) == (0, "")
    assert found.pop("seconds") >= 0
    assert found == {"schema": "stagegate/histories/1", "count": 500, "seed": 9, "false_green": 0, "false_red": 0, "hangs": 0}


def test_the_list_of_breaks_is_complete():
    _, text = play("--breaks")
    assert [row.split()[0] for row in text.splitlines()] == list(BREAKS)


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_found(name, tmp_path):
    status, found, text = result(tmp_path, "--count", RARE.get(name, 5000), "--break", name)
    assert status == 1 and found[BREAKS[name]] > 0
    assert re.search(r"^history \d+ of seed 1: (false green|false red|hang): ", text, re.M)


def test_one_history_can_be_played_again():
    status, text = play("--count", 2000, "--break", "no-row-19")
    again = re.search(r"^\(again: --seed (\d+) --only (\d+) --trace\)$", text, re.M)
    assert status == 1 and again
    words = ["--seed", again[1], "--only", again[2], "--trace", "--break", "no-row-19"]
    first, second = play(*words), play(*words)
    def without_time(answer):
        return answer[0], re.sub(r'"seconds": [\d.]+', "", answer[1])
    assert without_time(first) == without_time(second)
    assert first[0] == 1 and "false green" in first[1] and "somebody: push" in first[1] and "seen: success" in first[1]


@pytest.mark.parametrize("words", [(), ("--count", "many"), ("--count", "1", "--break", "nothing"), ("--what", "1"), ("--count",)])
def test_wrong_words(words):
    assert play(*words)[0] == 2
