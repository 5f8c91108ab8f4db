"""Cron and freeze periods against the same rules said once more in Python."""
import random

import pytest

from clock import DAY, END, FIRST, Clock
from frozen import MONTHS, WEEKDAYS, Cron, Refused, frozen

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Antarctica/Troll", "Africa/Casablanca", "Africa/Cairo", "Asia/Gaza",
         "America/Havana", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Chatham", "America/St_Johns", "America/Nuuk", "America/Santiago"]


@pytest.fixture(scope="module")
def clocks(tree):
    return {name: Clock(tree, name) for name in ZONES}


def some_value(rand, kind):
    low, high = {"minute": (0, 59), "hour": (0, 24), "day": (1, 31), "month": (1, 12), "weekday": (0, 7)}[kind]
    if kind == "month" and rand.random() < 0.3:
        return rand.choice(list(MONTHS))
    if kind == "weekday" and rand.random() < 0.3:
        return rand.choice(list(WEEKDAYS)).upper()
    if kind == "day" and rand.random() < 0.15:
        return rand.choice(["L", "last", f"-{rand.randint(1, 31)}"])
    return str(rand.randint(low, high))


def some_element(rand, kind):
    one, two = some_value(rand, kind), some_value(rand, kind)
    shapes = [one, one, f"{one}-{two}", f"{one}-{two}/{rand.randint(0, 9)}", f"{rand.choice(['*', '', one])}/{rand.randint(1, 12)}"]
    if kind == "weekday":
        shapes += [f"{one}#{rand.choice([1, 2, 3, 4, 5, -1, -2, 'L'])}"] * 2
    return rand.choice(shapes)


def some_cron(rand):
    return " ".join("*" if rand.random() < 0.35 else ",".join(some_element(rand, kind) for _ in range(rand.choice([1, 1, 1, 2])))
                    for kind in ("minute", "hour", "day", "month", "weekday"))


def broken(rand, text):
    """One letter more, less or other."""
    at = rand.randrange(len(text))
    return text[:at] + rand.choice(["", "-", "/", ",", "*", "#", "0", "9", "L", " ", "a", "%"]) + text[at + rand.randint(0, 1):]


def read(text):
    try:
        return Cron(text)
    except Refused:
        return None


def near_a_change(rand, clock):
    """An instant, often within a day of a change of the clock."""
    at = rand.randrange(FIRST + 400 * DAY, END - 400 * DAY)
    if rand.random() < 0.3:
        return at
    for day in range(at, at + 366 * DAY, 7 * DAY):
        if clock.offset(day) != clock.offset(day + 7 * DAY):
            low, high = day, day + 7 * DAY
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if clock.offset(middle) == clock.offset(day) else (low, middle)
            return high + rand.choice([0, 1, -1, 60, -60, rand.randrange(-DAY, DAY), rand.randrange(-7200, 7200) // 60 * 60])
    return at


def test_both_take_the_same_text(ask):
    rand = random.Random(1)
    texts = [some_cron(rand) for _ in range(4000)]
    texts += [broken(rand, text) for text in texts]
    wrong = [(text, seen) for text, seen in zip(texts, ask([("parse", text) for text in texts])) if (seen == "ok") != (read(text) is not None)]
    assert not wrong
    assert 1000 < len([text for text in texts if read(text)]) < 7000


def test_times_before_and_after(ask, clocks):
    rand = random.Random(2)
    questions, expected = [], []
    while len(questions) < 600:
        text = some_cron(rand) if rand.random() < 0.7 else f"{rand.choice(['*/10', '30', '0,45', '*/7'])} {rand.choice(['*', '2', '1-3', '0', '*/2'])} * * *"
        cron, zone = read(text), rand.choice(ZONES)
        if cron is None:
            continue
        at = near_a_change(rand, clocks[zone])
        for word, direction in (("prev", -1), ("next", 1)):
            questions.append((word, text, zone, at))
            found = cron.search(clocks[zone], at, direction)
            expected.append("unknown" if found is None else str(found))
    assert [row for row in zip(questions, ask(questions), expected) if row[1] != row[2]] == []


def some_periods(rand):
    """Periods as people write them, in one zone."""
    zone, periods = rand.choice(ZONES), []
    for number in range(rand.choice([1, 1, 2, 3])):
        first, last = (f"{rand.choice([0, 15, 30])} {rand.choice([0, 1, 2, 3, 12, 18, 22])}" for _ in range(2))
        days = rand.choice([("* * *", "* * *"), ("* * 5", "* * 1"), ("24 12 *", "2 1 *"), ("L * *", "1 * *"), ("* * fri#L", "* * mon"), ("* * 1-5", "* * 1-5")])
        periods.append((number + 1, f"{first} {days[0]}", f"{last} {days[1]}", zone))
    return zone, periods


def any_active(periods, clock, at):
    return any(frozen(read(start), read(end), clock, at)[0] for _, start, end, _ in periods)


def test_projects_are_frozen_by_the_rule(ask, clocks):
    rand = random.Random(3)
    questions, rows = [], []
    for _ in range(400):
        zone, periods = some_periods(rand)
        now = near_a_change(rand, clocks[zone])
        for _, start, _, _ in periods[:1]:  # and often at an edge
            if rand.random() < 0.4:
                now = read(start).search(clocks[zone], now, 1) + rand.choice([0, 1])
        questions.append(("freeze", now, *(word for period in periods for word in period)))
        rows.append((zone, periods, now))
    seen_states = set()
    for (zone, periods, now), answer in zip(rows, ask(questions)):
        state, number, since, until, opens, _next, _reason = answer.split("\t")
        looks = {one[0]: frozen(read(one[1]), read(one[2]), clocks[zone], now) for one in periods}
        active = {one: look for one, look in looks.items() if look[0]}
        assert state == ("frozen" if active else "open"), (zone, periods, now)
        seen_states.add(state)
        if active:
            assert active[int(number)] == (True, int(since), int(until)), (zone, periods, now)
            assert int(until) == max(look[2] for look in active.values()), (zone, periods, now)
            # frozen from now on without a gap until it opens
            last = int(opens) - 1 if int(opens) else now + 200 * DAY
            for at in [last, *(rand.randint(now, last) for _ in range(4))]:
                assert any_active(periods, clocks[zone], at), (zone, periods, now, at)
            assert not int(opens) or not any_active(periods, clocks[zone], int(opens)), (zone, periods, now)
    assert seen_states == {"open", "frozen"}
