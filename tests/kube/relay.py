"""Stands between the program and an API server as a network does: it sees sealed bytes only, and it can go silent, cut and refuse."""
import contextlib
import socket
import struct
import threading

CHUNK = 16 * 1024


class Relay:
    """A port of its own that leads to another one of this machine."""

    def __init__(self, port):
        self.target, self.silent, self.left, self.pairs, self.accepted, self.cuts = port, False, None, [], 0, 0
        self.lock = threading.Condition()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"https://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()
        self.cut()

    def go_silent(self):
        """What is connected now stays connected, and not a byte more comes from the server; new connections work."""
        with self.lock:
            for pair in self.pairs:
                pair["silent"] = True

    def cut(self):
        """Resets every connection."""
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for pair in pairs:
            self._reset(pair)

    def cut_after(self, count):
        """The connection over which the COUNT-th byte from now on comes is reset just before it; once."""
        with self.lock:
            self.left = count

    def _reset(self, pair):
        self.cuts += 1
        for sock in (pair["client"], pair["server"]):
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.shutdown(socket.SHUT_RD)  # wakes whoever reads; close() alone does not
            sock.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()  # as a server that is not there
                continue
            pair = {"client": client, "server": server, "silent": False}
            with self.lock:
                self.accepted += 1
                self.pairs.append(pair)
            for start, end, back in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._pump, args=(pair, start, end, back), daemon=True).start()

    def _pump(self, pair, start, end, back):
        with contextlib.suppress(OSError):
            while data := start.recv(CHUNK):
                if back and pair["silent"]:
                    continue
                data, over = self._allowed(data) if back else (data, False)
                end.sendall(data)
                if over:
                    self._reset(pair)
                    return
            end.shutdown(socket.SHUT_WR)

    def _allowed(self, data):
        """(what may pass, whether the connection ends then)"""
        with self.lock:
            if self.left is None:
                return data, False
            if len(data) < self.left:
                self.left -= len(data)
                return data, False
            data, self.left = data[:self.left], None
            return data, True
