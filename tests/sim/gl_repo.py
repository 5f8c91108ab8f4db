"""Compare, merge base, tags, tree (5)."""

from . import gl_diff
from . import gl_render as render
from .gl_app import route
from .gl_error import ApiError
from .gl_git import Missing
from .gl_state import REPORTER
from .gl_branch import valid_name


@route("GET", "/projects/:id/repository/compare", level=REPORTER)
def _compare(ctx):
    """Three dots unless straight=true. No ahead and behind counts."""
    left, right = ctx.need("from", "to")
    repo, straight = ctx.project.repo, ctx.flag("straight")
    old, new = repo.resolve(left), repo.resolve(right)
    if old is None or new is None:
        raise ApiError.not_found("Ref")
    base = old if straight else repo.merge_base(old, new)
    oids = repo.git("rev-list", "--reverse", f"{old}..{new}").split()
    commits = [render.commit(ctx.state, ctx.project, oid) for oid in oids]
    return {
        "commit": commits[-1] if commits else None,
        "commits": commits,
        "diffs": gl_diff.diffs(repo, base, new),
        "compare_timeout": False,
        "compare_same_ref": old == new,
        "web_url": render.web(ctx.state, ctx.project, f"compare/{old}{'..' if straight else '...'}{new}"),
    }


@route("GET", "/projects/:id/repository/merge_base", level=REPORTER)
def _merge_base(ctx):
    refs = ctx.items("refs")
    if "refs" not in ctx.args:
        raise ApiError.invalid("refs is missing")
    if len(refs) < 2:
        raise ApiError.sentence("Provide at least 2 refs")
    oids = [ctx.project.repo.resolve(ref) for ref in refs]
    for ref, oid in zip(refs, oids):
        if oid is None:
            raise ApiError.sentence(f"Could not find ref: {ref}")
    base = ctx.project.repo.merge_base(*oids)
    if base is None:
        raise ApiError.not_found("Merge Base")
    return render.commit(ctx.state, ctx.project, base)


# -- tags


def _tag(ctx, name, target):
    """An annotated tag's target is the tag object (5)."""
    repo = ctx.project.repo
    _, kind, body = repo.reader.read(target)
    message = body.decode("utf-8", "replace").partition("\n\n")[2].strip() if kind == "tag" else ""
    commit = repo.tag(name)
    return {
        "name": name,
        "message": message,
        "target": target,
        "commit": render.commit(ctx.state, ctx.project, commit),
        "release": None,
        "protected": False,
        "created_at": None if kind != "tag" else render.moment(repo.commit(commit)["committer"][2]),
    }


def _version(name):
    return [(0, int(part), "") if part.isdigit() else (-1, 0, part) for part in name.lstrip("v").replace("-", ".").split(".")]


@route("GET", "/projects/:id/repository/tags", level=REPORTER, job_token=True)
def _tags(ctx):
    repo, order = ctx.project.repo, ctx.choice("order_by", ("name", "updated", "version"), "updated")
    down = ctx.choice("sort", ("asc", "desc"), "desc") == "desc"
    search = ctx.args.get("search", "")
    rows = list(repo.refs("refs/tags/").items())
    if search.startswith("^"):
        rows = [row for row in rows if row[0].startswith(search[1:])]
    elif search.endswith("$"):
        rows = [row for row in rows if row[0].endswith(search[:-1])]
    else:
        rows = [row for row in rows if search.lower() in row[0].lower()]
    keys = {
        "name": lambda row: row[0],
        "version": lambda row: _version(row[0]),
        "updated": lambda row: (repo.commit(repo.tag(row[0]))["committer"][2], row[0]),
    }
    return ctx.page(sorted(rows, key=keys[order], reverse=down), lambda row: _tag(ctx, *row), lambda row: row[0])


@route("GET", "/projects/:id/repository/tags/:tag_name", level=REPORTER, job_token=True)
def _one_tag(ctx):
    name = ctx.params["tag_name"]
    target = ctx.project.repo.refs(f"refs/tags/{name}").get("") if valid_name(name) else None
    if target is None:
        raise ApiError.not_found("Tag")
    return _tag(ctx, name, target)


# -- tree


@route("GET", "/projects/:id/repository/tree", level=REPORTER)
def _tree(ctx):
    repo, path = ctx.project.repo, ctx.args.get("path", "").strip("/")
    commit = repo.resolve(ctx.args.get("ref") or ctx.project.settings["default_branch"])
    if commit is None:
        raise ApiError.not_found("Tree")
    try:
        kind = repo.reader.read(f"{commit}:{path}")[1]
    except Missing:
        kind = None
    if kind != "tree":
        raise ApiError.not_found("invalid revision or path")
    words = ["ls-tree", "-z", "--full-tree"] + (["-r", "-t"] if ctx.flag("recursive") else [])
    rows = []
    for row in repo.git(*words, f"{commit}:{path}" if path else commit).split("\0"):
        if row:
            head, _, name = row.partition("\t")
            mode, kind, oid = head.split(" ")
            full = f"{path}/{name}" if path else name
            rows.append({"id": oid, "name": name.rpartition("/")[2], "type": kind, "path": full, "mode": mode})
    if not ctx.flag("recursive"):
        rows.sort(key=lambda row: row["type"] != "tree")
    return ctx.page(rows, key=lambda row: row["path"])
