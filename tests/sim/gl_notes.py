"""Notes and discussions of merge requests (gitlab.md 6.10)."""

from . import gl_quick, gl_render as render
from .gl_app import Answer, ApiError, route
from .gl_mr import ITEM, desk, find, plain
from .gl_note import Note
from .gl_render import stamp
from .gl_state import DEVELOPER, MAINTAINER, REPORTER

MOST = 1000000  # characters


def show(note):
    """A note as recorded: resolved* only on resolvable ones."""
    mr, state = note.mr, note.mr.desk.state
    found = {
        "id": note.id,
        "type": note.kind,
        "body": note.body,
        "author": render.user(state, note.author),
        "created_at": stamp(note.created_at),
        "updated_at": stamp(note.updated_at),
        "system": note.system,
        "noteable_id": mr.id,
        "noteable_type": "MergeRequest",
        "project_id": mr.project.id,
        "resolvable": note.resolvable,
        "confidential": note.internal,
        "internal": note.internal,
        "imported": False,
        "imported_from": "none",
        "noteable_iid": mr.iid,
        "commands_changes": {},
    }
    if note.resolvable:
        found["resolved"] = note.resolved
        found["resolved_by"] = render.user(state, note.resolved_by) if note.resolved_by else None
        found["resolved_at"] = stamp(note.resolved_at) if note.resolved_at else None
    return found


def _visible(ctx, mr):
    """Internal notes are for reporters and above."""
    inside = ctx.state.level(ctx.project, ctx.user) >= REPORTER
    return [note for note in mr.notes if inside or not note.internal]


@route("GET", ITEM + "/notes", job_token=True)
def _list(ctx):
    """Newest first unless asked otherwise; system notes in between."""
    key = ctx.choice("order_by", ("created_at", "updated_at"), "created_at")
    down = ctx.choice("sort", ("asc", "desc"), "desc") == "desc"
    what = ctx.choice("activity_filter", ("all_notes", "only_comments", "only_activity"), "all_notes")
    mr = find(ctx)
    seen = [] if mr.notes and mr.desk.take("notes-lag") else _visible(ctx, mr)
    rows = [n for n in seen if what == "all_notes" or n.system == (what == "only_activity")]
    rows.sort(key=lambda note: (getattr(note, key), note.id), reverse=down)
    return ctx.page(rows, show)


def _note(ctx, mr):
    for note in _visible(ctx, mr):
        if note.id == ctx.number("note"):
            return note
    raise ApiError.not_found("Not found")


@route("GET", ITEM + "/notes/:note", job_token=True)
def _get(ctx):
    return show(_note(ctx, find(ctx)))


def _body(ctx):
    plain(ctx, "body")
    (body,) = ctx.need("body")
    if len(body) > MOST:
        raise ApiError.bad(f'Note {{:note=>["is too long (maximum is {MOST} characters)"]}}')
    return body


def _add(ctx, mr, kind=None, thread=None):
    """The new note, or the 202 of a body that was quick actions only."""
    if mr.discussion_locked and ctx.state.level(ctx.project, ctx.user) < DEVELOPER:
        raise ApiError.forbidden()
    body, changes, summary = gl_quick.run(mr, ctx.user, _body(ctx))
    if not body:
        return Answer(202, {"commands_changes": changes, "summary": summary})
    note = Note(mr, ctx.user, body, kind=kind, internal=ctx.flag("internal"), thread=thread)
    mr.notes.append(note)
    mr.touch()
    return note


@route("POST", ITEM + "/notes", level=REPORTER)
def _post(ctx):
    """Not resolvable: it blocks no merge."""
    made = _add(ctx, find(ctx))
    return made if isinstance(made, Answer) else show(made)


def _own(ctx, note, others=None):
    """Only the author edits; a maintainer may delete. System notes belong to nobody."""
    if desk(ctx.state).take("note-403") or note.system:
        raise ApiError.forbidden()
    if note.author is not ctx.user and (others is None or ctx.state.level(ctx.project, ctx.user) < others):
        raise ApiError.forbidden()


@route("PUT", ITEM + "/notes/:note", level=REPORTER)
def _put(ctx):
    note = _note(ctx, find(ctx))
    _own(ctx, note)
    note.edit(_body(ctx))
    return show(note)


@route("DELETE", ITEM + "/notes/:note", level=REPORTER)
def _delete(ctx):
    mr = find(ctx)
    note = _note(ctx, mr)
    _own(ctx, note, MAINTAINER)
    mr.notes.remove(note)


# -- discussions


def _threads(ctx, mr):
    """{thread: [Note]} in order."""
    found = {}
    for note in _visible(ctx, mr):
        found.setdefault(note.thread, []).append(note)
    return found


def discussion(thread, notes):
    return {"id": thread, "individual_note": notes[0].kind is None, "notes": [show(note) for note in notes]}


@route("GET", ITEM + "/discussions")
def _discussions(ctx):
    return ctx.page(_threads(ctx, find(ctx)).items(), lambda row: discussion(*row))


def _thread(ctx, mr):
    found = _threads(ctx, mr).get(ctx.params["discussion"])
    if found is None:
        raise ApiError.not_found("Discussion")
    return found


@route("GET", ITEM + "/discussions/:discussion")
def _discussion(ctx):
    return discussion(ctx.params["discussion"], _thread(ctx, find(ctx)))


@route("POST", ITEM + "/discussions", level=REPORTER)
def _open_thread(ctx):
    """A thread: it blocks the merge while it is not resolved, if the project says so."""
    mr = find(ctx)
    if ctx.args.get("position") is not None:
        raise ApiError.bad('Note {:line_code=>["can\'t be blank", "must be a valid line code"]}')
    made = _add(ctx, mr, "DiscussionNote")
    return made if isinstance(made, Answer) else discussion(made.thread, [made])


@route("POST", ITEM + "/discussions/:discussion/notes", level=REPORTER)
def _reply(ctx):
    mr = find(ctx)
    notes = _thread(ctx, mr)
    made = _add(ctx, mr, notes[0].kind or "DiscussionNote", notes[0].thread)
    return made if isinstance(made, Answer) else show(made)


@route("PUT", ITEM + "/discussions/:discussion", level=REPORTER)
def _resolve(ctx):
    mr = find(ctx)
    notes = _thread(ctx, mr)
    if "resolved" not in ctx.args:
        raise ApiError.invalid("resolved is missing")
    if not any(note.resolvable for note in notes):
        raise ApiError.forbidden()  # recorded
    for note in notes:
        if note.resolvable:
            note.resolve(ctx.flag("resolved"), ctx.user)
    return discussion(notes[0].thread, notes)
