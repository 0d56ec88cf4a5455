"""A mail server that keeps nothing: a process for each connection, as real ones have, and so many seconds for each letter.

It understands what smtplib says and checks nothing, so that it takes little of the cores that the workers need.
"""

import sys
import time
from socketserver import ForkingTCPServer, StreamRequestHandler

SECONDS = float(sys.argv[2])


class Mail(StreamRequestHandler):
    """One connection (RFC 5321, section 3)."""

    def handle(self) -> None:
        self._say(b"220 here")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"QUIT":
                self._say(b"221 bye")
                return
            if word == b"DATA":
                self._say(b"354 go on")
                while self.rfile.readline() not in {b".\r\n", b""}:
                    pass
                time.sleep(SECONDS)
            self._say(b"250 well")

    def _say(self, words: bytes) -> None:
        self.wfile.write(words + b"\r\n")


class Server(ForkingTCPServer):
    """All connections."""

    allow_reuse_address = True
    request_queue_size = 100


with Server(("127.0.0.1", int(sys.argv[1])), Mail) as server:
    server.serve_forever()
