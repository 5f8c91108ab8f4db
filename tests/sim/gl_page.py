"""Pagination (1.2): page, per_page (clamped to 100), Link, x-* headers."""

import urllib.parse

from .gl_error import Answer, ApiError

MOST = 100
TOTALS_UP_TO = 10000


def sizes(ctx):
    page, size = ctx.integer("page", 1), ctx.integer("per_page", 20)
    if page < 1:
        raise ApiError.invalid("page does not have a valid value")
    if size < 1:
        raise ApiError.invalid("per_page does not have a valid value")
    return page, min(size, MOST)


def link(ctx, **changes):
    """The URL of this request with other query parameters."""
    rows = []
    for name, value in {**ctx.query, **changes}.items():
        rows += [(f"{name}[]", part) for part in value] if isinstance(value, list) else [(name, value)]
    return f"{ctx.state.base}/api/v4{ctx.path}?{urllib.parse.urlencode(rows)}"


def bare(ctx, page, size, more):
    """Headers of a list whose length is not counted."""
    ways = {"prev": page - 1, "next": page + 1 if more else 0, "first": 1}
    return {
        "x-page": page,
        "x-per-page": size,
        "x-next-page": page + 1 if more else "",
        "x-prev-page": page - 1 or "",
        "Link": ", ".join(f'<{link(ctx, page=at, per_page=size)}>; rel="{way}"' for way, at in ways.items() if at),
    }


def keyset(ctx, rows, render, key):
    """1.2: with pagination=keyset there is only rel=next, whose page_token is the last row's key; at the end no Link."""
    _, size = sizes(ctx)
    token, start = ctx.args.get("page_token"), 0
    if token is not None:
        keys = [key(row) for row in rows]
        if token not in keys:
            raise ApiError.sentence("Invalid page token")
        start = keys.index(token) + 1
    part, headers = rows[start : start + size], {"x-per-page": size}
    if start + size < len(rows):
        headers["Link"] = f'<{link(ctx, page_token=key(part[-1]), per_page=size)}>; rel="next"'
    return Answer(200, [render(row) for row in part], headers)


def offset(ctx, rows, render):
    page, size = sizes(ctx)
    part, pages = rows[(page - 1) * size : page * size], max(1, -(-len(rows) // size))
    after, before = page + 1 if page * size < len(rows) else None, page - 1 if 1 < page <= pages + 1 else None
    totals = ctx.state.totals and len(rows) <= TOTALS_UP_TO
    ways = {"prev": before, "next": after, "first": 1, "last": pages if totals else None}
    headers = {
        "x-page": page,
        "x-per-page": size,
        "x-next-page": after or "",
        "x-prev-page": before or "",
        "Link": ", ".join(
            f'<{link(ctx, page=number, per_page=size)}>; rel="{way}"' for way, number in ways.items() if number
        ),
    }
    if totals:
        headers.update({"x-total": len(rows), "x-total-pages": pages})
    return Answer(200, [render(row) for row in part], headers)
