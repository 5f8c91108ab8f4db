"""The API server as a newer one shows it: CronJobs in batch/v1, which this one has in batch/v1beta1 alone.

All else of an object, who may read it and what it owns is the real server's."""
import http.client
import http.server
import ssl
import threading

OLD, NEW = "batch/v1beta1", "batch/v1"
HOP = ("connection", "content-length", "host", "keep-alive", "transfer-encoding")


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection; each request has one of its own to the server behind."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass

    def do_GET(self):
        old = "/cronjobs/" in self.path
        path = self.path.replace(f"/apis/{NEW}/", f"/apis/{OLD}/") if old else self.path
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        connection = self.server.behind.connect(timeout=600)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        connection.request(self.command, path, body or None, {**headers, "Accept-Encoding": "identity"})
        answer = connection.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP:
                self.send_header(name, value)
        try:
            if answer.getheader("Transfer-Encoding") and not old:
                self.stream(answer)
            else:
                self.whole(answer.read().replace(OLD.encode(), NEW.encode()) if old else answer.read())
        except (OSError, http.client.HTTPException):
            self.close_connection = True  # who asked has gone, or the server behind
        finally:
            connection.close()

    def whole(self, body):
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, answer):
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while True:
            data = answer.read1(65536)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()
            if not data:
                return

    do_PATCH = do_POST = do_GET


class Newer(http.server.ThreadingHTTPServer):
    """At an address of its own, with the certificate of the server behind."""

    daemon_threads = True

    def __init__(self, server):
        super().__init__(("127.0.0.1", 0), Handler)
        self.behind, self.url = server, f"https://127.0.0.1:{self.server_address[1]}"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(server.cluster.folder / "tls/server.pem", server.cluster.folder / "tls/server.key")
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """Whoever asks hangs up when he knows enough."""
