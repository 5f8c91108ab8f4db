"""What the document of a run says, by rows."""


def verdict(run):
    """The one row of a wait."""
    (row,) = run.json["verdicts"]
    return row


def warned(run):
    """The reasons of what was warned of."""
    return [row["reason"] for row in run.json["warnings"]]
