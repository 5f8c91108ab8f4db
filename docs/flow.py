#!/usr/bin/python3
"""Draws docs/flow.svg, the picture of the README: from an image to production.

usage: docs/flow.py > docs/flow.svg

It has a light ground of its own, so that it can be read on light and on dark pages.
"""
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 960, 560
STYLE = """
  text { font: 14px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #24292f; }
  .head { font-size: 13px; font-weight: 600; letter-spacing: .04em; fill: #57606a; }
  .name { font-size: 15px; font-weight: 600; }
  .small { font-size: 12.5px; fill: #57606a; }
  .code { font: 600 13px ui-monospace, "DejaVu Sans Mono", monospace; fill: #0b4f8a; }
  .gate { font-size: 12.5px; font-weight: 600; fill: #7a4a00; }
  .ground { fill: #f6f8fa; stroke: #d0d7de; }
  .box { fill: #ffffff; stroke: #8c959f; stroke-width: 1.3; }
  .live { fill: #eaf6ec; stroke: #4c9f5f; stroke-width: 1.3; }
  .chip { fill: #fff4dc; stroke: #d4a348; stroke-width: 1.2; }
  .line { fill: none; stroke: #57606a; stroke-width: 1.6; }
"""
LEFT, MIDDLE, RIGHT = (30, 200), (330, 250), (690, 240)  # x and width of the columns
ROWS = (86, 262, 438)
ROW_HEIGHT = 82


def text(x, y, words, kind="", anchor="start"):
    return f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def box(column, y, name, lines, kind="box", height=ROW_HEIGHT):
    x, width = column
    yield f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" class="{kind}"/>'
    yield text(x + 16, y + 26, name, "name")
    for i, line in enumerate(lines):
        yield text(x + 16, y + 48 + 20 * i, line, "small")


def arrow(*points):
    return f'<polyline points="{" ".join(f"{x},{y}" for x, y in points)}" class="line" marker-end="url(#head)"/>'


def chips(x, y, names):
    """Gates, side by side on a line; the ground under them keeps the line away."""
    for name in names:
        width = 16 + 7.6 * len(name)
        yield f'<rect x="{x}" y="{y - 13}" width="{width:.1f}" height="26" rx="13" class="chip"/>'
        yield text(round(x + width / 2, 1), y + 4.5, name, "gate", "middle")
        x = round(x + width + 8, 1)


def promotion(row, environment, names):
    """From what runs in the environment before, through the gates, to the merge request."""
    top, bottom = ROWS[row] + ROW_HEIGHT, ROWS[row + 1]
    middle = (top + bottom) / 2
    start, end = RIGHT[0] + RIGHT[1] // 2, MIDDLE[0] + MIDDLE[1] // 2
    yield arrow((start, top), (start, middle), (end, middle), (end, bottom - 3))
    yield text(end + 14, middle - 20, f"stagegate promote catalog --to {environment}", "code")
    yield from chips(end + 14, middle, names)


def picture():
    yield '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
    yield '<path d="M0,0 L10,5 L0,10 z" fill="#57606a"/></marker></defs>'
    yield f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="12" class="ground"/>'
    for (x, _), name in ((LEFT, "APPLICATION'S PIPELINE"), (MIDDLE, "GITOPS REPOSITORY"), (RIGHT, "CLUSTERS, BY ARGO CD")):
        yield text(x, 44, name, "head")
    yield from box(LEFT, ROWS[0], "build, test, push", ("image catalog:1.4.2",))
    yield from box(MIDDLE, ROWS[0], "dev", ("a commit on develop:", "exactly the tag, nothing else"))
    yield from box(MIDDLE, ROWS[1], "staging", ("a merge request:", "followed, judged again, merged"))
    yield from box(MIDDLE, ROWS[2], "production", ("a merge request:", "followed, judged again, merged"))
    for row, name in zip(ROWS, ("dev", "staging", "production")):
        yield from box(RIGHT, row, name, ("Synced, Healthy,", "runs catalog:1.4.2 and no other"), "live")
        y = row + ROW_HEIGHT // 2
        yield arrow((MIDDLE[0] + MIDDLE[1], y), (RIGHT[0] - 3, y))
    y = ROWS[0] + ROW_HEIGHT // 2
    yield arrow((LEFT[0] + LEFT[1], y), (MIDDLE[0] - 3, y))
    yield text((LEFT[0] + LEFT[1] + MIDDLE[0]) // 2, y - 10, "bump", "code", "middle")
    yield text((MIDDLE[0] + MIDDLE[1] + RIGHT[0]) // 2, y - 10, "wait", "code", "middle")
    yield from promotion(0, "staging", ("health", "soak"))
    yield from promotion(1, "production", ("health", "soak", "approval", "freeze"))
    yield text(LEFT[0], ROWS[1] + 26, "Ask at any time", "name")
    for i, (command, words) in enumerate((("gate", "may it pass now?"), ("status", "what runs where?"), ("check", "is the setup sound?"),
                                          ("explain", "what does it mean?"))):
        yield text(LEFT[0], ROWS[1] + 56 + 26 * i, command, "code")
        yield text(LEFT[0] + 68, ROWS[1] + 56 + 26 * i, words, "small")


def main():
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
          'aria-labelledby="title">')
    print('<title id="title">bump commits an image tag for dev, wait sees it run; promote takes it through gates to staging and production</title>')
    print(f"<style>{STYLE}</style>")
    for element in picture():
        print(element)
    print("</svg>")


if __name__ == "__main__":
    main()
