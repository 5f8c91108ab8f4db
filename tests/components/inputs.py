"""The table of inputs in docs/pipelines.md, made from templates/: `tests/components/inputs.py` writes it anew."""
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/pipelines.md"
PART = re.compile(r"(<!-- inputs: [^\n]*-->\n).*?(<!-- /inputs -->)", re.S)
ORDER = ("bump", "wait", "promote", "gate")


def inputs(name):
    with open(ROOT / f"templates/{name}.yml", encoding="utf-8") as file:
        return list(yaml.safe_load_all(file))[0]["spec"]["inputs"]


def default(spec):
    if "default" not in spec:
        return "required"
    value = spec["default"]
    if value in ("", []):
        return ""
    return "protected refs" if isinstance(value, list) else f"`{value}`"


def table():
    """A row for each input and description; the components that share both are named together."""
    rows = {}
    for name in ORDER:
        for key, spec in inputs(name).items():
            shown = "the component's name" if spec.get("default") == name else default(spec)
            rows.setdefault((key, shown, spec["description"]), []).append(name)
    yield "| input | of | default | meaning |"
    yield "|---|---|---|---|"
    first = list(dict.fromkeys(key for key, _, _ in rows))
    for (key, shown, text), names in sorted(rows.items(), key=lambda row: first.index(row[0][0])):
        of = "all" if len(names) == len(ORDER) else ", ".join(names)
        yield f"| `{key}` | {of} | {shown} | {text} |"


def page():
    return PART.sub(lambda m: m.group(1) + "\n" + "\n".join(table()) + "\n\n" + m.group(2), PAGE.read_text())


if __name__ == "__main__":
    PAGE.write_text(page())
    sys.exit(0)
