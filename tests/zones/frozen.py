"""Cron and freeze periods once more, as plainly as they can be said: every value is listed, every day is looked at."""
import calendar
import datetime
import re

from clock import DAY, END, FIRST, UTC

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
WEEKDAYS = {name: number for number, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
LONGEST = [None, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


class Refused(Exception):
    pass


def need(good):
    if not good:
        raise Refused


def listing(text, low, high, pattern, value):
    """The values of a list, or None for all; those counted from the end are negative."""
    found, every = [], False
    for part in text.split(","):
        match = re.fullmatch(rf"(?:(?P<star>\*)|(?P<first>{pattern})(?:-(?P<last>{pattern}))?)?(?:/(?P<step>\d\d?))?", part, re.I)
        need(match and part)
        step = int(match["step"] or 1)
        need(step > 0)
        if match["first"] is None:
            every = every or step == 1
            found += range(low, high + 1, step)
            continue
        first = value(match["first"])
        last = value(match["last"]) if match["last"] else first if step == 1 else high
        if first < 0:
            need(last < 0 and first <= last if match["last"] else match["step"] is None)
            found += range(first, last + 1, step) if match["last"] else [first]
            continue
        if last < 0:
            need(last == -1)
            last = high
        need(first <= high or step == 1)
        span = [first]
        while (span[-1] - last) % (high - low + 1):
            span.append(span[-1] + 1 if span[-1] < high else low if span[-1] == high else low + 1)
        if first < last and len(span) == 1:  # 0-24: all of them
            span = [*range(low, high + 1), low]
        found += [low if one > high else one for one in span[::step]]
    return None if every else sorted(set(found))


def day_value(text):
    return -1 if text.lower() in ("l", "last") else int(text)


def weekdays(text):
    """[(day, number or None)], or None for all."""
    if text == "*":
        return None
    name = rf"[0-7]|{'|'.join(WEEKDAYS)}"
    value = lambda word: WEEKDAYS.get(word.lower(), None) if not word.isdigit() else int(word)
    found = set()
    for part in text.split(","):
        numbered = re.fullmatch(rf"({name})#(-?[1-5]|l|last)", part, re.I)
        if numbered:
            found.add((value(numbered[1]) % 7, day_value(numbered[2])))
            continue
        match = re.fullmatch(rf"(?:\*|({name})(?:-({name}))?)?(?:/(\d\d?))?", part, re.I)
        need(match and part and (match[1] or match[3]))
        step = int(match[3] or 1)
        need(step > 0)
        first, last = (value(match[1]), value(match[2] or match[1])) if match[1] else (0, 6)
        need(not (match[3] and match[1] and not match[2]))
        need(not (match[3] and last < first))
        found |= {(day % 7, None) for day in range(first, (last if first <= last else last + 7) + 1, step)}
    for day in range(7):
        need((day, None) in found or len([one for one in found if one[0] == day]) < 2)
    return found


class Cron:
    def __init__(self, text):
        fields = text.strip(" \t").replace("\t", " ").split(" ")
        fields = [field for field in fields if field]
        need(len(fields) == 5 and len(text) <= 255)
        self.minutes = listing(fields[0], 0, 59, r"[0-5]?\d", int)
        self.hours = listing(fields[1], 0, 23, r"2[0-4]|[01]?\d", int)
        self.days = listing(fields[2], 1, 31, r"-?(?:3[01]|[12]\d|0?[1-9])|last|l", day_value)
        self.months = listing(fields[3], 1, 12, rf"1[0-2]|0?[1-9]|{'|'.join(MONTHS)}", lambda word: MONTHS.get(word.lower()) or int(word))
        self.weekdays = weekdays(fields[4])
        if self.days is not None and self.months is not None:
            fitting = [month for month in self.months if any(abs(day) <= LONGEST[month] for day in self.days)]
            need(fitting and (self.weekdays is None or fitting == self.months))

    def on(self, date):
        length = calendar.monthrange(date.year, date.month)[1]
        if self.months is not None and date.month not in self.months:
            return False
        by_day = self.days is not None and (date.day in self.days or date.day - length - 1 in self.days)
        by_weekday = self.weekdays is not None and any(
            day == date.isoweekday() % 7 and (number is None or number == (date.day + 6) // 7 or number == -((length - date.day) // 7 + 1))
            for day, number in self.weekdays)
        if self.days is None and self.weekdays is None:
            return True
        return by_day or by_weekday

    def walls(self, date):
        """All times of a day."""
        if not self.on(date):
            return []
        midnight = (date - datetime.date(1970, 1, 1)).days * DAY
        hours = range(24) if self.hours is None else self.hours
        minutes = range(60) if self.minutes is None else self.minutes
        return [midnight + hour * 3600 + minute * 60 for hour in hours for minute in minutes]

    def search(self, clock, at, direction):
        """The nearest instant before (-1) or after (1) AT; None: none in the years."""
        date = datetime.datetime.fromtimestamp(at, UTC).date() - datetime.timedelta(days=2 * direction)
        while datetime.date(2023, 12, 28) < date < datetime.date(2037, 1, 5):
            # two days in one: near a change of the clock the order of walls is not that of instants
            found = [clock.instant(wall) for near in (date, date + datetime.timedelta(days=direction)) for wall in self.walls(near)]
            found = [one for one in found if (one - at) * direction > 0 and FIRST <= one < END]
            if found:
                return min(found) if direction > 0 else max(found)
            date += datetime.timedelta(days=direction)
        return None


def frozen(start, end, clock, now):
    """(is it, since, until) by GitLab's rule."""
    since = start.search(clock, now, -1)
    if since is None:
        return None
    until = end.search(clock, since, 1)
    if until is None:
        return None
    return since <= now <= until, since, until
