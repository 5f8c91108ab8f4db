"""The source projects that images are built from, with tags and authors.

The tags are those of the seed (seed.TAGS) and, for catalog, order and payment, a few newer ones. catalog writes them
with a `v`, the others without.
"""

from . import seed

ONE = ("Developer One", "dev@example.com")
TWO = ("Developer Two", "dev-2@example.com")
MANAGER_TWO = ("Manager Two", "manager-2@example.com")
FORMER = ("Former Colleague", "former@elsewhere.example.com")  # no user has this address

# project -> [(author, title, tag or None)], oldest first
HISTORY = {
    "shop/catalog": [
        (ONE, "catalog: first version", "v1.3.2"),
        (TWO, "catalog: filter by colour", "v1.4.0"),
        (ONE, "catalog: faster search", None),
        (TWO, "catalog: search ignores case", "v1.4.1"),
        (ONE, "catalog: longer names", "v1.4.2"),
        (MANAGER_TWO, "catalog: price in the list", "v1.4.3"),
        (FORMER, "catalog: images are lazy", "v1.5.0"),
    ],
    "shop/order": [
        (ONE, "order: first version", "4.3.1"),
        (ONE, "order: one more index", "4.3.5"),
        (TWO, "order: cancel within an hour", "4.3.7"),
        (MANAGER_TWO, "order: mail on cancel", "4.3.8"),
        (ONE, "order: split deliveries", None),
        (TWO, "order: address of a neighbour", "4.4.0"),
    ],
    "shop/payment": [
        (ONE, "payment: first version", "1.9.6"),
        (TWO, "payment: second provider", "2.0.0-rc.3"),
        (TWO, "payment: refunds in part", "2.0.0"),
        (ONE, "payment: retries are idempotent", "2.0.1"),
    ],
}


def _short(service):
    """The tags that its environments carry, oldest first, by one author."""
    return [(ONE, f"{service}: {tag}", tag) for tag in dict.fromkeys(reversed(seed.TAGS[service]))]


HISTORY.update({f"shop/{name}": _short(name) for name in seed.TAGS if f"shop/{name}" not in HISTORY})


def fill(project):
    """A function for seed.fast_import."""

    def write(importer):
        parent = None
        for number, (author, title, tag) in enumerate(HISTORY[project], 1):
            body = f"{title}\n" * number
            parent = importer.commit("main", f"{title}\n", {"src/main.txt": body}, parent=parent, who=author)
            if tag:
                importer.out.write(f"reset refs/tags/{tag}\nfrom :{parent}\n\n".encode())

    return write
