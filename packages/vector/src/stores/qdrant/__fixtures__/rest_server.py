"""The part of Qdrant's REST interface that its HTTP is: JSON in, a call, JSON out. What answers is given in."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def serve(title, version, answer):
    """Listens on a port of its own, prints it, and ends with whoever started it.

    `answer(method, parts of the path, body)` gives the result, or raises `Refused`; other errors are a 400.
    """
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one packet: two would wait 40 ms for each other.
        wbufsize = -1
        disable_nagle_algorithm = True

        def handle_request(self):
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            path = urlsplit(self.path).path
            if self.command == "GET" and path == "/":
                return self.send(200, {"title": title, "version": version})
            parts = [unquote(part) for part in path.strip("/").split("/")]
            try:
                with lock:
                    result = answer(self.command, parts, json.loads(raw) if raw else None)
                self.send(200, {"result": result, "status": "ok", "time": 0})
            except Refused as error:
                self.send(error.status, {"status": {"error": str(error)}, "time": 0})
            except Exception as error:
                self.send(400, {"status": {"error": str(error)}, "time": 0})

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_request

        def send(self, status, body):
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            self.wfile.flush()

        def log_message(self, *args):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever()
