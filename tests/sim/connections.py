"""Servers that count their connections, and the wait until no client has any: what a killed client had sent is done or dropped then."""

import socket
import socketserver
import threading
import time

OPEN = ("01", "03", "08")  # ESTABLISHED, SYN_RECV, CLOSE_WAIT: the server has not closed its end


class Counted(socketserver.ThreadingMixIn):
    """A thread for each connection; `busy` is how many there are."""

    daemon_threads = True
    busy, lock = 0, threading.Lock()

    def process_request(self, request, client_address):
        with self.lock:
            self.busy += 1
        super().process_request(request, client_address)

    def process_request_thread(self, request, client_address):
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self.lock:
                self.busy -= 1


def _open(ports):
    """Connections to the ports, as "state local remote" (numbers of /proc/net/tcp)."""
    with open("/proc/net/tcp", encoding="ascii") as rows:
        fields = [row.split() for row in rows][1:]
    return [" ".join((row[3], *row[1:3])) for row in fields if int(row[1].rpartition(":")[2], 16) in ports and row[3] in OPEN]


def _probe(path):
    """Returns when the server has taken, and ended, a connection that came after all that came before."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        sock.shutdown(socket.SHUT_WR)
        sock.recv(1)


def idle(ports, sockets, servers, limit_s):
    """Waits until nobody is connected to the ports and no server has anything to do; None, or what there is when that does not come in time."""
    deadline, found = time.monotonic() + limit_s, None
    while time.monotonic() < deadline:
        found = _open(ports)
        if not found:
            for path in sockets:
                _probe(path)
            busy = [f"{server.server_address} has {server.busy}" for server in servers if server.busy]
            found = busy or _open(ports)
            if not found:
                return None
        time.sleep(0.002)
    return ", ".join(found or ["nobody has looked"])
