"""The source projects that images are built from: shop/catalog, shop/order, shop/payment, with tags and authors.

The tags are those of the seed (seed.TAGS) and a few newer ones. catalog writes them with a `v`, the others without.
"""

DORA = ("Dora Lindt", "dev@example.com")
DEVIN = ("Devin Okafor", "dev-2@example.com")
MILAN = ("Milan Petrov", "manager-2@example.com")
GONE = ("Gerda Gegangen", "gerda@elsewhere.example.com")  # no user has this address

# project -> [(author, title, tag or None)], oldest first
HISTORY = {
    "shop/catalog": [
        (DORA, "catalog: first version", "v1.3.2"),
        (DEVIN, "catalog: filter by colour", "v1.4.0"),
        (DORA, "catalog: faster search", None),
        (DEVIN, "catalog: search ignores case", "v1.4.1"),
        (DORA, "catalog: longer names", "v1.4.2"),
        (MILAN, "catalog: price in the list", "v1.4.3"),
        (GONE, "catalog: images are lazy", "v1.5.0"),
    ],
    "shop/order": [
        (DORA, "order: first version", "4.3.1"),
        (DORA, "order: one more index", "4.3.5"),
        (DEVIN, "order: cancel within an hour", "4.3.7"),
        (MILAN, "order: mail on cancel", "4.3.8"),
        (DORA, "order: split deliveries", None),
        (DEVIN, "order: address of a neighbour", "4.4.0"),
    ],
    "shop/payment": [
        (DORA, "payment: first version", "1.9.6"),
        (DEVIN, "payment: second provider", "2.0.0-rc.3"),
        (DEVIN, "payment: refunds in part", "2.0.0"),
        (DORA, "payment: retries are idempotent", "2.0.1"),
    ],
}


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
