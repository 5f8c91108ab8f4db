#!/usr/bin/python3
"""A badly behaved web server for t_http_curl: http_server.py FOLDER

Makes certificates in FOLDER, listens on a loopback port for each of NAMES, writes "NAME PORT" lines and "ready" to
stdout, and ends when stdin does. What a path does stands in PATHS.
"""

import contextlib
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

PAST = ("20200101000000Z", "20210101000000Z")
NOW = ("20240101000000Z", "20991231235959Z")
LATER = ("20980101000000Z", "20991231235959Z")
EC = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
# name, kind of key, subject, extensions, validity, issuer
CERTS = (
    ("server", EC, "/CN=server", "here", NOW, "ca"),
    ("expired", EC, "/CN=expired", "here", PAST, "ca"),
    ("future", EC, "/CN=future", "here", LATER, "ca"),
    ("wrong", EC, "/CN=wrong", "other", NOW, "ca"),
    ("weak", ("rsa:1024",), "/CN=weak", "here", NOW, "ca"),
    ("client", EC, "/CN=client", "client", NOW, "ca"),
    ("stranger", EC, "/CN=stranger", "here", NOW, "ca2"),
)
CONFIG = """[ca]
default_ca = own
[own]
new_certs_dir = {dir}
database = {dir}/index.txt
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
[here]
subjectAltName = IP:127.0.0.1,DNS:localhost,DNS:gitops.test
[other]
subjectAltName = DNS:other.example.com,DNS:www.example.com,IP:10.1.2.3
[client]
extendedKeyUsage = clientAuth
"""


def openssl(*args):
    done = subprocess.run(("openssl",) + args, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"openssl {args[0]}: {done.stderr.decode(errors='replace')}")


def make_certificates(folder):
    at = lambda name: os.path.join(folder, name)
    with open(at("cnf"), "w", encoding="ascii") as out:
        out.write(CONFIG.format(dir=folder))
    with open(at("index.txt"), "w", encoding="ascii"):
        pass
    for name in ("ca", "ca2", "self"):
        openssl("req", "-x509", "-newkey", *EC, "-nodes", "-config", at("cnf"), "-keyout", at(name + ".key"),
                "-out", at(name + ".pem"), "-subj", f"/CN=t {name}", "-days", "3650",
                "-extensions", "here" if name == "self" else "authority")
    for name, key, subject, ext, (begin, end), issuer in CERTS:
        openssl("req", "-new", "-newkey", *key, "-nodes", "-config", at("cnf"), "-keyout", at(name + ".key"),
                "-out", at(name + ".csr"), "-subj", subject)
        openssl("ca", "-batch", "-notext", "-config", at("cnf"), "-cert", at(issuer + ".pem"),
                "-keyfile", at(issuer + ".key"), "-in", at(name + ".csr"), "-out", at(name + ".pem"),
                "-startdate", begin, "-enddate", end, "-extensions", ext)


LOCK = threading.Lock()
LOG = []
CONNECTIONS = [0]
SENT = [0]


def note(line):
    with LOCK:
        LOG.append(line)


class Connection:
    def __init__(self, sock, number, ports):
        self.sock, self.number, self.ports = sock, number, ports
        self.buffer = bytearray()
        self.requests = 0

    def more(self):
        got = self.sock.recv(65536)
        if not got:
            raise ConnectionError
        self.buffer += got

    def read_request(self):
        while b"\r\n\r\n" not in self.buffer:
            self.more()
            if self.buffer.startswith(b"\x16\x03"):  # somebody speaks TLS to a plain port
                self.answer(b"", "400 Bad Request")
                raise ConnectionError
        end = self.buffer.index(b"\r\n\r\n")
        head = bytes(self.buffer[:end])
        del self.buffer[: end + 4]
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, value = line.split(b":", 1)
            if name.lower() == b"content-length":
                length = int(value)
        while len(self.buffer) < length:
            self.more()
        body = bytes(self.buffer[:length])
        del self.buffer[:length]
        self.requests += 1
        return head, body

    def send(self, data):
        self.sock.sendall(data)
        with LOCK:
            SENT[0] += len(data)

    def answer(self, body=b"", status="200 OK", headers=()):
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def chunk(self, data):
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise ConnectionError


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def endless(c, _arg, _head, _body):
    c.send(CHUNKED)
    while True:
        c.chunk(b"x" * 8192)


def truncated(c, _arg, _head, _body):
    c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789")
    raise ConnectionError


def truncated_chunk(c, _arg, _head, _body):
    c.send(CHUNKED + b"64\r\n0123456789")
    raise ConnectionError


def reset_midway(c, _arg, _head, _body):
    c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789")
    time.sleep(0.05)
    c.reset()


def close(c, _arg, _head, _body):
    raise ConnectionError


def close_second(c, _arg, _head, _body):
    """Fine as the first request of a connection; a later one is read and dropped with the connection."""
    if c.requests > 1:
        raise ConnectionError
    c.answer(b"first")


def slow(c, arg, _head, _body):
    time.sleep(int(arg) / 1000)
    c.answer(b"slow")


def stall(c, _arg, _head, _body):
    c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n01234")
    time.sleep(3)


def drip(c, _arg, _head, _body):
    c.send(CHUNKED)
    for _ in range(200):
        c.chunk(b".")
        time.sleep(0.02)


def many_headers(c, arg, _head, _body):
    c.answer(b"h", headers=[f"X-{i:04d}: {'v' * 992}" for i in range(int(arg) // 1000)])


def interim(c, _arg, _head, _body):
    c.send(b"HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n")
    c.answer(b"late", headers=["X-Late: yes", "X-Fold: one", "  two"])


def trailers(c, _arg, _head, _body):
    c.send(CHUNKED)
    c.chunk(b"body")
    c.send(b"0\r\nX-Trailer: yes\r\n\r\n")


def echo(c, _arg, head, body):
    c.answer(head + b"\r\n\r\n" + body)


def redirect(c, arg, _head, _body):
    c.answer(b"moved", f"{arg or 302} Moved", [f"Location: https://localhost:{c.ports['server']}/target"])


def raw(data, end=True):
    def send(c, _arg, _head, _body):
        c.send(data)
        if end:
            raise ConnectionError

    return send


PATHS = {
    "hello": lambda c, _arg, _head, _body: c.answer(b"hello", headers=[f"X-Connection: {c.number}"]),
    "status": lambda c, arg, _head, _body: c.answer(b"status", f"{arg} Whatever"),
    "big": lambda c, arg, _head, _body: c.answer(b"x" * int(arg)),
    "log": lambda c, _arg, _head, _body: c.answer("\n".join(LOG).encode()),
    "sent": lambda c, _arg, _head, _body: c.answer(str(SENT[0]).encode()),
    "empty": lambda c, _arg, _head, _body: c.send(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "bad-http": raw(b"this is not the web\r\n\r\n"),
    "bad-chunk": raw(CHUNKED + b"zz\r\nhello\r\n"),
    "bad-length": raw(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhello"),
    "two-lengths": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
    "nul": raw(b"HTTP/1.1 200 OK\r\nX-N: a\0b\r\nContent-Length: 0\r\n\r\n"),
    "endless": endless,
    "truncated": truncated,
    "truncated-chunk": truncated_chunk,
    "reset": reset_midway,
    "close": close,
    "close-second": close_second,
    "slow": slow,
    "stall": stall,
    "drip": drip,
    "headers": many_headers,
    "interim": interim,
    "trailers": trailers,
    "echo": echo,
    "redirect": redirect,
    "target": lambda c, _arg, _head, _body: c.answer(b"target"),
}


def serve(sock, name, context, ports):
    try:
        if context:
            sock = context.wrap_socket(sock, server_side=True)
        with LOCK:
            CONNECTIONS[0] += 1
            number = CONNECTIONS[0]
        connection = Connection(sock, number, ports)
        while True:
            head, body = connection.read_request()
            method, target = head.split(b" ")[:2]
            note(f"{number} {name} {method.decode()} {target.decode()}")
            path, _, arg = target.decode().lstrip("/").partition("/")
            PATHS[path](connection, arg, head, body)
    except (OSError, KeyError, ValueError):
        pass
    finally:
        sock.close()


def tunnel(sock, name, _context, ports):
    """A proxy: joins gitops.test to the good server, demands a password, or says no; notes what it was asked."""
    connection = Connection(sock, 0, ports)
    try:
        head, _ = connection.read_request()
        note("proxy " + head.decode().replace("\r\n", " | "))
        if name == "proxy-login":
            connection.answer(b"", "407 Proxy Authentication Required", ['Proxy-Authenticate: Basic realm="x"'])
        elif name == "proxy-no":
            connection.answer(b"", "403 Forbidden")
        else:
            far = socket.create_connection(("127.0.0.1", ports["server"]))
            connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            for one, other in ((sock, far), (far, sock)):
                threading.Thread(target=pump, args=(one, other), daemon=True).start()
            return
    except (OSError, ValueError):
        pass
    sock.close()


def pump(one, other):
    try:
        while data := one.recv(65536):
            other.sendall(data)
    except OSError:
        pass
    try:
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass


SHAKEN = {}


def shake(sock, name, context, ports):
    """Resets the connection in the handshake, after its certificate was taken: always, or two times of three ("shaky")."""
    with LOCK:
        SHAKEN[name] = SHAKEN.get(name, 0) + 1
    if name == "shaky" and SHAKEN[name] % 3 == 0:
        serve(sock, name, context, ports)
        return
    come, go = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(come, go, server_side=True)
    while b"\x14\x03\x03\x00\x01\x01" not in (data := sock.recv(65536)):  # until the client changes to its keys
        come.write(data)
        with contextlib.suppress(ssl.SSLWantReadError):
            tls.do_handshake()
        sock.sendall(go.read())
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def hold(sock, _name, _context, _ports):
    time.sleep(30)
    sock.close()


def context_of(folder, cert):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(os.path.join(folder, cert + ".pem"), os.path.join(folder, cert + ".key"))
    return context


def accept(listener, handler, name, context, ports):
    while True:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=handler, args=(sock, name, context, ports), daemon=True).start()


def main():
    folder = sys.argv[1]
    make_certificates(folder)
    services = {name: (serve, context_of(folder, name)) for name in ("server", "expired", "future", "wrong", "weak",
                                                                       "stranger", "self")}
    services["plain"] = (serve, None)
    services["old"] = (serve, context_of(folder, "server"))
    services["old"][1].minimum_version = services["old"][1].maximum_version = ssl.TLSVersion.TLSv1_1
    for name, version in (("mtls12", ssl.TLSVersion.TLSv1_2), ("mtls13", ssl.TLSVersion.TLSv1_3)):
        context = context_of(folder, "server")
        context.minimum_version = context.maximum_version = version
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(os.path.join(folder, "ca.pem"))
        services[name] = (serve, context)
    for name in ("proxy", "proxy-login", "proxy-no"):
        services[name] = (tunnel, None)
    for name in ("shaky", "shut"):
        services[name] = (shake, context_of(folder, "server"))
        services[name][1].maximum_version = ssl.TLSVersion.TLSv1_2
    services["silent"] = (hold, None)
    ports, listeners = {}, {}
    for name in services:
        listeners[name] = socket.create_server(("127.0.0.1", 0))
        ports[name] = listeners[name].getsockname()[1]
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))  # bound and never listening: refuses
    ports["closed"] = closed.getsockname()[1]
    for name, (handler, context) in services.items():
        threading.Thread(target=accept, args=(listeners[name], handler, name, context, ports), daemon=True).start()
    for name, port in ports.items():
        print(name, port)
    print("ready", flush=True)
    sys.stdin.read()


main()
