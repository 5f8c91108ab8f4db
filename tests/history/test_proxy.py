"""The proxy does to a request what the name of the fault says: how often the server gets it, and what the client sees."""
import asyncio
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from history import proxy  # noqa: E402

BODY = b"0123456789"
PUSH = b"POST /gitops/apps.git/git-receive-pack HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n" + BODY
READ = b"GET /gitops/apps.git/info/refs HTTP/1.1\r\nHost: x\r\n\r\n"


class Only(proxy.Between):
    """One fault, always."""

    def __init__(self, name, upstream):
        super().__init__(1, upstream, lambda line: None)
        self.name = name

    def fault(self, request):
        return self.name, super().fault(request)[1]


async def talk(name, request=PUSH):
    """(bodies that the server got, what the client got; None: a reset)."""
    got = []

    async def answer(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        try:
            got.append(await reader.readexactly(proxy.length_of(head)))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nanswer-%d" % len(got))
        except (asyncio.IncompleteReadError, ConnectionError):
            got.append("part")
        writer.close()

    upstream = await asyncio.start_server(answer, "127.0.0.1", 0)
    between = Only(name, upstream.sockets[0].getsockname())
    server = await asyncio.start_server(between.serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(request)
    if name in ("drop-before", "drop-after"):
        writer.write_eof()  # a client that has lost its patience
    try:
        seen = await asyncio.wait_for(reader.read(), 10)
    except ConnectionResetError:
        seen = None
    writer.close()
    server.close()
    upstream.close()
    await asyncio.sleep(0)
    return got, seen


@pytest.mark.parametrize("name, times, ends", [
    (None, 1, b"answer-1"),
    ("delay-before", 1, b"answer-1"),
    ("delay-after", 1, b"answer-1"),
    ("drop-before", 0, b""),
    ("drop-after", 1, b""),
    ("reset-before", 0, None),
    ("reset-after", 1, None),
    ("bad-gateway", 1, b"502\n"),
    ("twice", 2, b"answer-2"),
])
def test_each_fault(name, times, ends):
    got, seen = asyncio.run(talk(name))
    assert got == [BODY] * times
    assert seen is None if ends is None else seen.endswith(ends) and (ends or not seen)


def test_half_a_request_is_not_a_request():
    got, seen = asyncio.run(talk("reset-half"))
    assert got in ([], ["part"]) and seen is None


def test_half_an_answer():
    got, seen = asyncio.run(talk("cut"))
    assert got == [BODY] and (seen is None or not seen.endswith(b"answer-1"))


def test_every_fault_has_a_test():
    marks = test_each_fault.pytestmark[0].args[1]
    assert {row[0] for row in marks} | {"reset-half", "cut"} == {None, *proxy.FAULTS}


def test_the_seed_and_the_number_decide():
    request = proxy.Request(PUSH, BODY)
    draw = lambda seed: [proxy.Between.fault(between, request)[0] for between in [proxy.Between(seed, None, print)] for _ in range(400)]
    assert draw(1) == draw(1) != draw(2)
    assert set(draw(1)) == {None, *proxy.FAULTS}
    assert 400 * proxy.PUSH_OF_100 / 200 < sum(name is not None for name in draw(1)) < 400 * proxy.PUSH_OF_100 / 50


def test_reads_are_spoilt_less_often():
    assert proxy.Request(PUSH, BODY).writes() and not proxy.Request(READ, b"").writes()
    assert not proxy.Request(PUSH.replace(b"receive", b"upload"), BODY).writes()
    assert proxy.Request(b"PUT /api/v4/projects/1/merge_requests/1/merge HTTP/1.1\r\n\r\n", b"").writes()
