"""Freeze periods (8.5): kept and validated; they block nothing by themselves."""

import re
import time
import zoneinfo

from .gl_app import on_reset, route
from .gl_ctl import command, switch
from .gl_error import ApiError
from .gl_state import MAINTAINER, REPORTER

SYNTAX = " is invalid syntax"
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
NAMES = [{}, {}, {}, {name: at for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}]
NAMES.append({name: at for at, name in enumerate("sun mon tue wed thu fri sat".split())})
# ActiveSupport's names that people pick in the form; GitLab takes them beside the tz database's.
RAILS = {
    "UTC", "London", "Berlin", "Paris", "Madrid", "Rome", "Amsterdam", "Vienna", "Stockholm", "Moscow", "Tokyo", "Sydney",
    "Eastern Time (US & Canada)", "Central Time (US & Canada)", "Mountain Time (US & Canada)", "Pacific Time (US & Canada)",
}  # fmt: skip


def _value(text, at):
    value = NAMES[at].get(text.lower(), text)
    return int(value) if str(value).isdigit() else None


def _field(text, at):
    """One item of a cron field: *, n, a-b, with /step; L in days, n#m in weekdays."""
    body, slash, step = text.partition("/")
    if slash and not (step.isdigit() and int(step) > 0):
        return False
    if body == "*" or at == 2 and body.upper() == "L":
        return True
    if at == 4 and "#" in body:
        day, _, nth = body.partition("#")
        return _value(day, at) is not None and nth.isdigit() and 1 <= int(nth) <= 5
    ends = [_value(end, at) for end in body.split("-", 1)]
    low, high = RANGES[at]
    return all(end is not None and low <= end <= high for end in ends)


def good_cron(text):
    """As far as Fugit's rules go that people meet: five fields, names, L, #, steps; no impossible dates."""
    fields = text.split()
    if len(fields) == 6:  # seconds in front
        fields = fields[1:]
    if len(fields) != 5 or not all(_field(part, at) for at, field in enumerate(fields) for part in field.split(",")):
        return False
    day, month = fields[2], fields[3]
    days = {"2": 29, "4": 30, "6": 30, "9": 30, "11": 30}
    return not (day.isdigit() and month in days and int(day) > days[month] and fields[4] == "*")


def good_zone(name):
    if name in RAILS:
        return True
    try:
        return bool(re.fullmatch(r"[A-Za-z0-9_+/-]+", name)) and bool(zoneinfo.ZoneInfo(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _save(ctx, period):
    wrong = {name: [SYNTAX] for name in ("freeze_start", "freeze_end") if not good_cron(str(period[name]))}
    if not good_zone(str(period["cron_timezone"])):
        wrong["cron_timezone"] = [SYNTAX]
    if wrong:
        raise ApiError.fields(**wrong)
    period["updated_at"] = ctx.state.stamp()
    period.setdefault("created_at", period["updated_at"])
    return period


def _find(ctx):
    for period in ctx.project.freeze:
        if period["id"] == ctx.number("freeze_period_id"):
            return period
    raise ApiError.not_found("Freeze Period")


@route("GET", "/projects/:id/freeze_periods", level=REPORTER)
def _list(ctx):
    return ctx.page(ctx.project.freeze)


@route("GET", "/projects/:id/freeze_periods/:freeze_period_id", level=REPORTER)
def _one(ctx):
    return _find(ctx)


@route("POST", "/projects/:id/freeze_periods", level=MAINTAINER)
def _create(ctx):
    first, last = ctx.need("freeze_start", "freeze_end")
    zone = ctx.args.get("cron_timezone") or "UTC"
    period = _save(ctx, {"id": 0, "freeze_start": first, "freeze_end": last, "cron_timezone": zone})
    period["id"] = ctx.state.number("freeze")
    ctx.project.freeze.append(period)
    return period


@route("PUT", "/projects/:id/freeze_periods/:freeze_period_id", level=MAINTAINER)
def _update(ctx):
    period = _find(ctx)
    given = {name: ctx.args[name] for name in ("freeze_start", "freeze_end", "cron_timezone") if name in ctx.args}
    period.update(_save(ctx, {**period, **given}))
    return period


@route("DELETE", "/projects/:id/freeze_periods/:freeze_period_id", level=MAINTAINER)
def _delete(ctx):
    ctx.project.freeze.remove(_find(ctx))


# -- ctl


@on_reset
def _reset(state):
    state.data["freeze"] = None


@command("freeze on/off", "a freeze period of gitops/apps around GitLab's clock: from an hour ago to in two hours")
def _freeze(state, word):
    project, known = state.apps, state.data["freeze"]
    project.freeze[:] = [period for period in project.freeze if period["id"] != known]
    state.data["freeze"] = None
    if switch(word):
        now = state.now()
        cron = lambda seconds: time.strftime("%-M %-H %-d %-m *", time.gmtime(seconds))
        period = {"id": state.number("freeze"), "freeze_start": cron(now - 3600), "freeze_end": cron(now + 7200)}
        period.update(cron_timezone="UTC", created_at=state.stamp(), updated_at=state.stamp())
        project.freeze.append(period)
        state.data["freeze"] = period["id"]
