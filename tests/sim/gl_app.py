"""The HTTP application of the simulated GitLab: routes, the request's context, errors, answers.

For a module that adds endpoints (import it in gl_all.py, so that its routes are there):

    from .gl_app import ApiError, Answer, route, on_reset, on_sync
    from .gl_ctl import command, Bad

    @on_reset                                   # called by `ctl reset` and at the start
    def _reset(state):
        state.data["mr"] = {}                   # any state of the module; or project.data["mr"] of one project

    @on_sync                                    # called under the lock before each request and each ctl command
    def _sync(state):
        ...                                     # e.g. compare state.apps.repo.branch("x") with what was seen last

    @route("GET", "/projects/:id/merge_requests/:iid", job_token=True)          # 2.1: job tokens may
    def _get(ctx):
        iid = ctx.number("iid")                 # path parameter as number; not a number -> 404 Not found
        ...
        raise ApiError.not_found()              # every shape of 1.1 has a constructor
        return {...}                            # 200 (POST: 201; None: 204); Answer(status, body, headers) for others

    @route("POST", "/projects/:id/merge_requests", level=DEVELOPER)             # less than that level -> 403
    def _post(ctx):
        title, source = ctx.need("title", "source_branch")                      # -> {"error": "title is missing, ..."}
        state = ctx.choice("state_event", ("close", "reopen"))                  # -> {"error": "... valid value"}
        ctx.args.get("description"); ctx.flag("squash"); ctx.items("labels")    # bool; list (array or a,b)
        return ctx.page(rows, render)                                           # 1.2, with Link and x-* headers

    @command("close IID", "somebody closes the merge request")                  # `ctl close IID`; Bad("...") refuses
    def _close(state, iid): ...

A ctx has: state, method, path, params (decoded path parameters), args (query and body together; JSON null is left
out), query, user, token, project (already found and allowed), headers (lower-case names). State, Project, Repo are in
gl_state.py and gl_git.py: state.now(), state.stamp(), state.number("mr"), state.user("dev"), state.can_push(project,
user, branch), state.can_merge(...), project.settings["merge_method"], project.repo.branch(name) / .commit(oid) /
.write_tree() / .commit_tree() / .update() / .is_ancestor(). Renderers: gl_render.user(state, user), .commit(...).
state.lock is held while a handler runs. Nothing may sleep; time comes from state.now() only.
"""

import json
import traceback
import urllib.parse

from . import gl_auth, gl_page
from .gl_error import Answer, ApiError  # noqa: F401  (part of this module's face)
from .gl_state import GUEST

ROUTES, RESETS, SYNCS = {}, [], []  # ROUTES: (method, number of segments) -> [Route], literal segments first


def on_reset(function):
    RESETS.append(function)
    return function


def on_sync(function):
    SYNCS.append(function)
    return function


class Route:
    def __init__(self, method, path, function, level, job_token, public):
        self.method, self.path, self.function = method, path, function
        self.level, self.job_token, self.public = level, job_token, public
        self.words = path.strip("/").split("/")

    def match(self, segments):
        """{name: decoded value} when the segments fit, or None."""
        found = {}
        for word, segment in zip(self.words, segments):
            if word.startswith(":"):
                found[word[1:]] = urllib.parse.unquote(segment)
            elif word != segment:
                return None
        return found


def route(method, path, level=GUEST, job_token=False, public=False):
    """level: least access level in the project. job_token: they may call it (2.1). public: without a token too."""

    def add(function):
        made = Route(method, path, function, level, job_token, public)
        rows = ROUTES.setdefault((method, len(made.words)), [])
        rows.append(made)
        rows.sort(key=lambda row: [word.startswith(":") for word in row.words])
        return function

    return add


def find(method, path):
    """(Route, path parameters); ApiError 404 or 405. The path is still encoded: %2F does not part segments (1)."""
    segments = path.strip("/").split("/")
    for name in (method, "GET") if method == "HEAD" else (method,):
        for row in ROUTES.get((name, len(segments)), ()):
            params = row.match(segments)
            if params is not None:
                return row, params
    for (other, count), rows in ROUTES.items():
        if count == len(segments) and other != method and any(row.match(segments) is not None for row in rows):
            raise ApiError(405, {"error": "405 Not Allowed"})
    raise ApiError(404, {"error": "404 Not Found"})


class Context:
    """One request."""

    def __init__(self, state, method, target, headers, body):
        self.state, self.method, self.headers = state, method, headers
        raw, _, query = target.partition("?")
        self.path, self.query = raw, _form(query)
        self.args = {**self.query, **_body(headers.get("content-type", ""), body)}
        self.params, self.user, self.token, self.project, self.route = {}, None, None, None, None

    # -- parameters

    def number(self, name):
        """A path parameter that must be a number."""
        if not self.params[name].isdigit():
            raise ApiError.not_found("Not found")
        return int(self.params[name])

    def need(self, *names):
        """The values of required parameters, in order (1.1, Grape's text)."""
        missing = [name for name in names if self.args.get(name) is None]
        if missing:
            raise ApiError.invalid(", ".join(f"{name} is missing" for name in missing))
        empty = [name for name in names if self.args[name] == "" and name not in ("content", "description")]
        if empty:
            raise ApiError.invalid(", ".join(f"{name} is empty" for name in empty))
        return [self.args[name] for name in names]

    def choice(self, name, values, default=None):
        value = self.args.get(name, default)
        if value is not None and value not in values:
            raise ApiError.invalid(f"{name} does not have a valid value")
        return value

    def integer(self, name, default=None):
        value = self.args.get(name, default)
        try:
            return None if value is None else int(value)
        except (ValueError, TypeError) as err:
            raise ApiError.invalid(f"{name} is invalid") from err

    def flag(self, name, default=False):
        value = self.args.get(name, default)
        if value in (True, "true", "1", 1, "t", "yes", "on"):
            return True
        if value in (False, "false", "0", 0, "f", "no", "off", ""):
            return False
        if value is None:
            return default
        raise ApiError.invalid(f"{name} is invalid")

    def items(self, name):
        """A list: an array, or one string with commas; [] when absent."""
        value = self.args.get(name)
        if value is None:
            return []
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        if not isinstance(value, list) or any(isinstance(part, (list, dict)) for part in value):
            raise ApiError.invalid(f"{name} is invalid")
        return list(value)

    # -- answers

    def page(self, rows, render=lambda row: row, key=None):
        """key: what a row's page_token is, where GitLab has keyset pagination too (1.2)."""
        if key and self.args.get("pagination") == "keyset":
            return gl_page.keyset(self, list(rows), render, key)
        return gl_page.offset(self, list(rows), render)

    def url(self, path):
        """An absolute URL of the API."""
        return f"{self.state.base}/api/v4{path}"


def _form(text):
    """Query or form: a[]=x is a list, the last of several plain ones wins."""
    found = {}
    for name, value in urllib.parse.parse_qsl(text, keep_blank_values=True):
        if name.endswith("[]"):
            found.setdefault(name[:-2], []).append(value)
        else:
            found[name] = value
    return found


def _body(kind, body):
    """Body parameters of a request in any of the forms of section 1."""
    if not body:
        return {}
    if "json" in kind:
        try:
            found = json.loads(body)
        except ValueError as err:
            raise ApiError(400, {"error": "The provided JSON body is not valid"}) from err
        if not isinstance(found, dict):
            raise ApiError(400, {"error": "The request body must be an object"})
        return {name: value for name, value in found.items() if value is not None}  # 1: null is ignored
    if "multipart/form-data" in kind:
        return _multipart(kind, body)
    return _form(body.decode("utf-8", "replace"))


def _multipart(kind, body):
    import email  # only here

    whole = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    parts = {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True).decode("utf-8", "replace")
        for part in whole.get_payload()
        if part.get_param("name", header="content-disposition")
    }
    return _form(urllib.parse.urlencode(parts))


def answer(state, method, target, headers, body):
    """(Context or None, Answer) of one request; state.lock is held."""
    ctx = None
    try:
        ctx = Context(state, method, target, headers, body)
        state.sync()
        ctx.token = gl_auth.token(ctx)
        ctx.user = ctx.token.user if ctx.token else None
        ctx.route, ctx.params = find(method, ctx.path)
        gl_auth.admit(ctx)
        made = ctx.route.function(ctx)
    except ApiError as err:
        made = err.answer
    except Exception:
        made = Answer(500, {"message": "500 Internal Server Error"})
        traceback.print_exc()  # into sim.log, which the tests want empty
    if not isinstance(made, Answer):
        made = Answer({"POST": 201}.get(method, 200) if made is not None else 204, made)
    return ctx, made
