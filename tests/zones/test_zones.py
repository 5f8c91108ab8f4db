"""The table of zones against Python's zoneinfo on the same tzdata: all names, all changes, 2024 to 2036."""
import os
import pathlib
import random
import struct
import subprocess

import pytest

from clock import DAY, END, FIRST, Clock

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOT_ZONES = {"localtime", "posixrules", "Factory"}
# every hour of the thirteen years takes two minutes; without it, every 53rd, so that each hour of the day has its turn
STEP = 3600 if os.environ.get("STAGEGATE_ZONES_FULL") else 53 * 3600


@pytest.fixture(scope="module")
def names(tree):
    found = {}
    for path in sorted(tree.rglob("*")):
        name = path.relative_to(tree).as_posix()
        if path.is_file() and not name.startswith(("posix/", "right/")) and name not in NOT_ZONES:
            data = path.read_bytes()
            if data[:4] == b"TZif":
                found[name] = data
    assert len(found) > 550
    return found


@pytest.fixture(scope="module")
def spoken():
    """ActiveSupport's names."""
    rows = [line.split(" = ") for line in (ROOT / "ci/zone-names").read_text().splitlines() if not line.startswith("#")]
    assert len(rows) == 150
    return dict(rows)


def instants(data):
    """The changes that a zone file lists, RFC 9636 3.2."""
    def counts(at):
        return struct.unpack(">6l", data[at + 20:at + 44])
    isut, isstd, leap, times, types, chars = counts(0)
    at = 44 + times * 5 + types * 6 + chars + leap * 8 + isstd + isut
    times = counts(at)[3]
    return struct.unpack(f">{times}q", data[at + 44:at + 44 + 8 * times])


def distinct(names):
    """One name for each content."""
    return {data: name for name, data in names.items()}


def test_the_table_is_what_the_script_writes(tree):
    subprocess.run([ROOT / "ci/zones", "--check"], check=True)


def test_every_name_follows_zoneinfo(ask, tree, names):
    expected = {}
    for data, name in distinct(names).items():
        clock, last, row = Clock(tree, name), None, []
        for at in range(FIRST, END, STEP):
            offset = clock.offset(at)
            if offset != last:
                row.append(f"{at}:{offset} ")
            last = offset
        expected[data] = "".join(row)
    wrong = [name for name, seen in zip(names, ask([("sample", name, FIRST, END, STEP) for name in names])) if seen != expected[names[name]]]
    assert not wrong


def test_every_change_is_at_its_second(ask, tree, names):
    questions, expected = [], []
    for data, name in distinct(names).items():
        clock = Clock(tree, name)
        for at in instants(data):
            for near in (at - 1, at):
                if FIRST <= near < END:
                    questions.append(("sample", name, near, near + 1, 1))
                    expected.append(f"{near}:{clock.offset(near)} ")
    assert len(questions) > 5000
    assert ask(questions) == expected


def test_no_change_of_the_table_is_unknown_to_zoneinfo(ask, tree, names):
    """Where the table changes between two looks, so does zoneinfo."""
    step = 6 * 3600
    chosen = list(distinct(names).values())
    for name, row in zip(chosen, ask([("sample", name, FIRST, END, step) for name in chosen])):
        clock = Clock(tree, name)
        for change in row.split()[1:]:
            at, offset = map(int, change.split(":"))
            assert clock.offset(at) == offset and clock.offset(at - step) != offset, (name, at)


def test_spoken_names_are_their_zones(ask, spoken):
    pairs = list(spoken.items())
    assert ask([("sample", name, FIRST, END, DAY) for name, _ in pairs]) == ask([("sample", zone, FIRST, END, DAY) for _, zone in pairs])
    assert not {"unknown"} & set(ask([("sample", name, FIRST, FIRST + 1, 1) for name, _ in pairs]))


def test_what_is_no_zone_is_unknown(ask):
    for name in ("", "Europe", "europe/berlin", "Europe/Berlin ", "Astana", "EST5EDT,M3.2.0,M11.1.0", "UTC+1", *NOT_ZONES):
        assert ask([("sample", name, FIRST, FIRST + 1, 1)]) == ["unknown"], name


def test_walls_become_instants(ask, tree, names):
    """Near every change, twice-shown and jumped-over walls included, and anywhere."""
    rand = random.Random(7)
    questions, expected = [], []
    for data, name in distinct(names).items():
        clock = Clock(tree, name)
        walls = [rand.randrange(FIRST + DAY, END - DAY) for _ in range(5)]
        for at in instants(data):
            if FIRST + DAY < at < END - DAY and rand.random() < 0.5:
                before, after = at + clock.offset(at - 1), at + clock.offset(at)
                walls += [before - 1, before, after - 1, after, (before + after) // 2, rand.randrange(before - 2 * DAY, before + 2 * DAY)]
        for wall in walls:
            questions.append(("local", name, wall))
            expected.append(str(clock.instant(wall)))
    assert ask(questions) == expected


def test_outside_the_years_nothing_is_known(ask):
    berlin = 3600
    assert ask([("local", "Europe/Berlin", FIRST + berlin - 1), ("local", "Europe/Berlin", FIRST + berlin),
                ("local", "Europe/Berlin", END + berlin - 1), ("local", "Europe/Berlin", END + berlin)]) == [
                    "unknown", str(FIRST), str(END - 1), "unknown"]
    assert ask([("local", "UTC", -2**62), ("local", "UTC", 2**62)]) == ["unknown", "unknown"]
