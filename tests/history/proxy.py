"""Stands between the program and the server, and spoils requests by a seed.

It ends TLS with the sandbox's own certificate, so it knows where a request and its answer begin and end, and whether
the server has carried a request out when the client's connection breaks. What happens to the N-th request that
arrives depends on the seed and on N alone.
"""
import asyncio
import collections
import os
import random
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import urllib.parse

PUSH_OF_100 = 30  # spoilt pushes, and writes by the API
READ_OF_100 = 6  # other requests that are spoilt
HEAD_MAX = 65536

# What happens, and which share of the spoilt requests it gets.
FAULTS = {
    "delay-before": 3,  # the server gets it late
    "delay-after": 3,  # the client gets the answer late
    "drop-before": 1,  # the server never gets it, the client no answer
    "drop-after": 1,  # carried out, and no answer
    "reset-before": 3,  # a reset, and the server never gets it
    "reset-half": 2,  # a reset after half of the request
    "reset-after": 4,  # carried out, then a reset
    "cut": 3,  # carried out, then half of the answer and a reset
    "bad-gateway": 2,  # carried out, and the answer is 502
    "twice": 2,  # carried out twice; the client gets the second answer
}


class Request(collections.namedtuple("Request", "head body")):
    def writes(self):
        return self.head.startswith((b"PUT", b"DELETE")) or (self.head.startswith(b"POST") and b"git-upload-pack" not in self.head.split(b"\r\n")[0])


def length_of(head):
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return int(found[1]) if found else 0


async def read_request(reader):
    """The next request of a connection; None at its end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        if re.search(rb"(?i)\r\ntransfer-encoding: *chunked", head):
            raise ValueError("a chunked request: this proxy does not know them")
        return Request(head, await reader.readexactly(length_of(head)))
    except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
        return None


def reset(writer):
    """Ends the client's connection as a machine that has gone away: with a reset."""
    sock = writer.get_extra_info("socket")
    if sock is None:
        return  # it has gone by itself
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Between:
    """One proxy: SEED decides, UPSTREAM is the plain port of the same server."""

    def __init__(self, seed, upstream, write):
        self.seed, self.upstream, self.write = seed, upstream, write
        self.number = 0

    def fault(self, request):
        """What happens to this request, and a generator for how; None: nothing."""
        self.number += 1
        rng = random.Random(f"{self.seed}/{self.number}")
        if rng.randrange(100) >= (PUSH_OF_100 if request.writes() else READ_OF_100):
            return None, rng
        return rng.choices(list(FAULTS), list(FAULTS.values()))[0], rng

    async def ask(self, request, body=None):
        """The whole answer of the server, which ends the connection after it."""
        reader, writer = await asyncio.open_connection(*self.upstream)
        head = re.sub(rb"(?i)\r\nconnection: [^\r]*", b"", request.head)
        writer.write(head[:-2] + b"Connection: close\r\n\r\n" + (request.body if body is None else body))
        await writer.drain()
        if body is not None:  # half of it, and then no more
            writer.transport.abort()
            return b""
        answer = await reader.read()
        writer.close()
        return answer

    async def serve(self, reader, writer):
        try:
            while (request := await read_request(reader)) is not None:
                fault, rng = self.fault(request)
                self.write(f"{fault or 'none'} {request.head.split(b' ')[0].decode()}\n")
                if not await self.answer(request, fault, rng, reader, writer):
                    break
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def answer(self, request, fault, rng, reader, writer):
        """False when the connection is of no use any more."""
        if fault == "delay-before":
            await asyncio.sleep(rng.uniform(0.05, 0.5))
        if fault in ("drop-before", "reset-before", "reset-half"):
            if fault == "reset-half":
                await self.ask(request, request.body[: len(request.body) // 2])
            return await self.leave(fault == "drop-before", reader, writer)
        answer = await self.ask(request)
        if fault == "twice":
            answer = await self.ask(request)
        if fault == "delay-after":
            await asyncio.sleep(rng.uniform(0.05, 0.5))
        if fault in ("drop-after", "reset-after"):
            return await self.leave(fault == "drop-after", reader, writer)
        if fault == "bad-gateway":
            answer = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 4\r\nConnection: close\r\n\r\n502\n"
        writer.write(answer[: len(answer) // 2] if fault == "cut" else answer)
        await writer.drain()
        if fault == "cut":
            reset(writer)
        return False  # "Connection: close"

    async def leave(self, silently, reader, writer):
        """Silently: until the client has no patience any more; else with a reset."""
        if silently:
            await reader.read()
        else:
            reset(writer)
        return False


async def main(seed, upstream, certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["http/1.1"])
    between = Between(seed, (upstream.hostname, upstream.port), lambda line: print(line, end="", file=sys.stderr))
    server = await asyncio.start_server(between.serve, "127.0.0.1", 0, ssl=context, limit=HEAD_MAX)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


class Proxy:
    """The proxy as a process of its own, between enter and exit."""

    def __init__(self, sandbox, seed):
        tls = os.path.join(sandbox.state, "tls", "server")
        upstream = urllib.parse.urlsplit(sandbox.env["SANDBOX_URL_PLAIN"])
        self.log = os.path.join(sandbox.folder, "proxy.log")
        self.argv = [sys.executable, os.path.abspath(__file__), str(seed), f"{upstream.scheme}://{upstream.netloc}", tls + ".pem", tls + ".key"]

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        self.origin = f"127.0.0.1:{int(self.child.stdout.readline())}"
        return self

    def instead(self, url):
        """The same address, through the proxy."""
        return urllib.parse.urlsplit(url)._replace(netloc=self.origin).geturl()

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait()
        self.child.stdout.close()

    def counts(self):
        """{fault: how often}; raises what the proxy could not do."""
        with open(self.log, encoding="utf-8", errors="replace") as log:
            text = log.read()
        if "Traceback" in text:
            raise RuntimeError(f"the proxy failed:\n{text[-3000:]}")
        return dict(collections.Counter(line.split()[0] for line in text.splitlines() if line.split()[0] in FAULTS))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), urllib.parse.urlsplit(sys.argv[2]), sys.argv[3], sys.argv[4]))
