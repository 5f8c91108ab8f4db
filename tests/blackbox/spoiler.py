"""Stands between the program and the server, and spoils one request of a run: the N-th, in one of the ways of FAULTS.

It stands at the origin of the sandbox's Git and GitLab, with their certificate, and hands each request on to them by plain HTTP. It runs
in a thread of the test.
"""
import asyncio
import gzip
import json
import os
import re
import socket
import ssl
import threading
import urllib.parse

from history import proxy

HUGE_BYTES = 50 * 1024 * 1024
LOGIN = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>You need to sign in.</body></html>\n"


def answer(status, body=b"", *headers, kind="application/json", length=None):
    """An answer of ours; LENGTH lies about the body's."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body) if length is None else length}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def parts(whole):
    """(head without its end, body) of an answer, a chunked body as the one that it is."""
    head, _, body = whole.partition(b"\r\n\r\n")
    if re.search(rb"(?i)\r\ntransfer-encoding: *chunked", head):
        out, rest = b"", body
        while (size := int(rest.partition(b"\r\n")[0].split(b";")[0] or b"0", 16)) > 0:
            rest = rest.partition(b"\r\n")[2]
            out, rest = out + rest[:size], rest[size + 2:]
        head, body = re.sub(rb"(?i)\r\ntransfer-encoding: *chunked", b"", head), out
    return head, body


def with_body(whole, body, *headers, length=None):
    """The same answer with another body; LENGTH as above."""
    head = re.sub(rb"(?i)\r\ncontent-length: *\d+", b"", parts(whole)[0])
    more = b"".join(b"\r\n" + header for header in headers)
    return head + more + b"\r\nContent-Length: %d\r\n\r\n" % (len(body) if length is None else length) + body


def twice_keyed(body):
    """The JSON object with its first key once more, in front."""
    first = re.match(rb'\s*\{\s*("[^"\\]*")', body)
    return b"{" + first[1] + b":[]," + body.lstrip()[1:] if first else body


# What the client gets in place of the server's answer, which never sees the request.
UNSEEN = {
    "429 with seconds": answer("429 Too Many Requests", b"Retry later\n", "Retry-After: 0", kind="text/plain"),
    "429 with a date": answer("429 Too Many Requests", b"Retry later\n", "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT", kind="text/plain"),
    "429 for ever": answer("429 Too Many Requests", b"Retry later\n", "Retry-After: 99999999999999999999", kind="text/plain"),
    "502": answer("502 Bad Gateway", b"<html>502</html>\n", kind="text/html"),
    "503, then well": answer("503 Service Unavailable", b"", "Retry-After: 0", kind="text/plain"),
    "401": answer("401 Unauthorized", b'{"message":"401 Unauthorized"}'),
    "403": answer("403 Forbidden", b'{"message":"403 Forbidden"}'),
    "404": answer("404 Not Found", b'{"message":"404 Not Found"}'),
    "307 elsewhere": answer("307 Temporary Redirect", b"", "Location: https://localhost:1/elsewhere"),
    "a login page": answer("200 OK", LOGIN, kind="text/html"),
    "an empty object": answer("200 OK", b"{}"),
    "nothing": answer("200 OK", b""),
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "50 MB": answer("200 OK", b" " * HUGE_BYTES),
}
# What becomes of the server's answer to a request that was carried out.
CHANGED = {
    "502 afterwards": lambda whole: UNSEEN["502"],
    "500 afterwards": lambda whole: answer("500 Internal Server Error", b'{"message":"500 Internal Server Error"}'),
    "an empty object afterwards": lambda whole: UNSEEN["an empty object"],
    "nothing afterwards": lambda whole: UNSEEN["nothing"],
    "half of the body, said to be whole": lambda whole: with_body(whole, parts(whole)[1][:len(parts(whole)[1]) // 2]),
    "less than was said": lambda whole: with_body(whole, parts(whole)[1], length=len(parts(whole)[1]) + 7),
    "more than was said": lambda whole: with_body(whole, parts(whole)[1] + b"garbage", length=len(parts(whole)[1])),
    "packed, though nobody asked": lambda whole: with_body(whole, gzip.compress(parts(whole)[1]), b"Content-Encoding: gzip"),
    "a key twice": lambda whole: with_body(whole, twice_keyed(parts(whole)[1])),
    "a page that leads to itself": lambda whole: with_body(whole, parts(whole)[1], b"X-Next-Page: 1", b'Link: <https://127.0.0.1:1/>; rel="next"'),
}
# What becomes of the connection.
BROKEN = ("reset before", "reset half-way", "reset afterwards", "silence before", "silence afterwards", "half of the answer, then a reset",
          "half of the head", "drip", "late", "twice")
FAULTS = (*UNSEEN, *CHANGED, *BROKEN)


class Spoiler:
    """Open from the start, answering after stand_before() or begin(). arm() before each run."""

    def __init__(self):
        self.loop, self.upstream = asyncio.new_event_loop(), None
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.origin = f"https://127.0.0.1:{self.socket.getsockname()[1]}"
        self.arm(0, None)

    def stand_before(self, sandbox):
        """The sandbox was started with our `origin`: from now on it is reached through us."""
        self.begin(sandbox, sandbox.env["SANDBOX_URL_PLAIN"])

    def begin(self, sandbox, plain):
        """Answers from now on; `plain` is a URL of the server without TLS."""
        tls = os.path.join(sandbox.folder, "tls", "server")
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(tls + ".pem", tls + ".key")
        self.context.set_alpn_protocols(["http/1.1"])
        plain = urllib.parse.urlsplit(plain)
        self.upstream = (plain.hostname, plain.port)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.server = self.loop.run_until_complete(asyncio.start_server(self.serve, sock=self.socket, ssl=self.context, limit=proxy.HEAD_MAX))
        self.loop.run_forever()

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.server.close()

    def arm(self, number, fault):
        """The NUMBER-th request from now on is spoilt; 0: none, they are only counted."""
        self.arm_each({number: fault})

    def arm_each(self, faults):
        """{number of the request from now on: its fault}"""
        self.faults, self.seen, self.hits = faults, 0, []

    @property
    def hit(self):
        """The first request that was spoilt."""
        return self.hits[0][1] if self.hits else None

    async def serve(self, reader, writer):
        try:
            while (request := await proxy.read_request(reader)) is not None:
                self.seen += 1
                fault = self.faults.get(self.seen)
                if fault:
                    self.hits.append((fault, request.head.split(b" HTTP/")[0].decode()))
                await self.reply(request, fault, reader, writer)
                break  # every answer ends its connection
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def open(self, request, share=1.0):
        """Sends the request on, or less than its whole body."""
        reader, writer = await asyncio.open_connection(*self.upstream)
        head = re.sub(rb"(?i)\r\n(connection|accept-encoding): [^\r]*", b"", request.head)
        writer.write(head[:-2] + b"Connection: close\r\n\r\n" + request.body[:int(len(request.body) * share)])
        await writer.drain()
        return reader, writer

    async def ask(self, request, share=1.0):
        """The server's whole answer; of less than the whole body nothing."""
        reader, writer = await self.open(request, share)
        if share < 1:
            writer.transport.abort()
            return b""
        whole = await reader.read()
        writer.close()
        return whole

    async def reply(self, request, fault, reader, writer):
        if fault in UNSEEN:
            return await self.send(writer, UNSEEN[fault])
        if fault in ("reset before", "silence before"):
            return await self.leave(fault, reader, writer)
        if fault == "reset half-way":
            await self.ask(request, 0.5)
            return await self.leave(fault, reader, writer)
        whole = await self.ask(request)
        if fault == "twice":
            whole = await self.ask(request)
        if fault in ("reset afterwards", "silence afterwards"):
            return await self.leave(fault, reader, writer)
        if fault in CHANGED:
            return await self.send(writer, CHANGED[fault](whole))
        if fault == "late":
            await asyncio.sleep(0.3)
        if fault == "half of the head":
            return await self.send(writer, whole[:whole.index(b"\r\n\r\n") // 2])
        if fault == "half of the answer, then a reset":
            await self.send(writer, whole[:len(whole) // 2])
            return proxy.reset(writer)
        if fault == "drip":
            for at in range(0, 200):
                await self.send(writer, whole[at:at + 1])
                await asyncio.sleep(0.001)
            whole = whole[200:]
        return await self.send(writer, whole)

    async def send(self, writer, data):
        writer.write(data)
        await writer.drain()

    async def leave(self, fault, reader, writer):
        """Silence: until the client has no patience any more."""
        if fault.startswith("silence"):
            await reader.read()
        else:
            proxy.reset(writer)


class ClusterSpoiler(Spoiler):
    """Stands before the API server, for one kubeconfig. The answer to a watch is what comes at first: nobody else would ever see its end."""

    QUIET_S = 0.2

    def kubeconfig(self, sandbox, path):
        """Writes the kubeconfig that leads through here, and begins to answer."""
        with open(sandbox.env["SANDBOX_KUBECONFIG_PLAIN"], encoding="ascii") as file:
            plain = json.load(file)["clusters"][0]["cluster"]["server"]
        with open(sandbox.env["KUBECONFIG"], encoding="ascii") as file:
            config = json.load(file)
        config["clusters"][0]["cluster"]["server"] = self.origin
        with open(path, "w", encoding="ascii") as file:
            json.dump(config, file)
        self.begin(sandbox, plain)

    async def ask(self, request, share=1.0):
        if share < 1 or not is_watch(request):
            return closing(await super().ask(request, share))
        whole, (reader, writer) = b"", await self.open(request)
        try:
            while data := await asyncio.wait_for(reader.read(proxy.HEAD_MAX), self.QUIET_S):
                whole += data
        except asyncio.TimeoutError:
            pass
        writer.close()
        return closing(whole)

    async def reply(self, request, fault, reader, writer):
        if fault is not None or not is_watch(request):
            return await super().reply(request, fault, reader, writer)
        upstream, theirs = await self.open(request)
        both = {asyncio.ensure_future(self.pump(upstream, writer)), asyncio.ensure_future(reader.read())}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        theirs.close()

    async def pump(self, upstream, writer):
        await self.send(writer, closing(await upstream.readuntil(b"\r\n\r\n")))
        while data := await upstream.read(proxy.HEAD_MAX):
            await self.send(writer, data)


def is_watch(request):
    return b"watch=" in request.head.partition(b"\r\n")[0]


def closing(whole):
    """An answer says that its connection ends."""
    return re.sub(rb"\r\n", b"\r\nConnection: close\r\n", whole, count=1)
