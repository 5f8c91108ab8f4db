"""A port of this machine that leads to another one."""
import socket
import threading


class Relay(threading.Thread):
    """Takes connections at an address of its own and leads each to a port of 127.0.0.1. Its `greet` may talk first."""

    def __init__(self, to, host="127.0.0.1"):
        super().__init__(daemon=True)
        self.to, self.server = to, socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port = self.server.getsockname()[1]
        self.start()

    def greet(self, one):
        pass

    def close(self):
        self.server.close()

    def run(self):
        while True:
            try:
                one = self.server.accept()[0]
            except OSError:
                return
            self.greet(one)
            other = socket.create_connection(("127.0.0.1", self.to))
            for source, sink in ((one, other), (other, one)):
                threading.Thread(target=self.copy, args=(source, sink), daemon=True).start()

    @staticmethod
    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
