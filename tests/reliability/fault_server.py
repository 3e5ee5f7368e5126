"""A mail server on loopback that fails on purpose, each conversation as its script says. Speaks just enough of the protocol.

Faults: `ok` · `refuse` (closes at once) · `hang` (never greets) · `dribble` (a byte at a time, never a line) · `hang_after_data` · `drop_before_250` (has all of the mail, keeps
it not) · `drop_before_answer` (keeps it, says nothing) · `drop_after_250` · `busy` (451 to the recipient) · `busy_after_data` ·
`no_such_user` (550 5.1.1) · `policy` (550 5.7.1) · `not_wanted` (554 after the mail) · `closing` (421).
"""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import threading
from contextlib import suppress


class FaultServer:
    """Serves until closed. `fault(number)` names what becomes of the mail with that number, from 0; `accepted` holds what it kept, `said_250` what it said so of."""

    def __init__(self, fault=lambda number: "ok", *, certificate=None, is_tls_first=False, offers_tls=True):
        self.fault, self.is_tls_first = fault, is_tls_first
        self.trust = None
        if certificate:
            self.trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.trust.load_cert_chain(*certificate)
        self.offers_tls = bool(certificate) and offers_tls and not is_tls_first
        self.accepted, self.said_250, self.plain, self.count = [], [], 0, 0
        self.lock, self.ended = threading.Lock(), threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.threads = []
        self._start(self._listen)

    def close(self):
        self.ended.set()
        # Closing alone does not wake a thread that waits in accept().
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(5)

    def _start(self, act, *arguments):
        thread = threading.Thread(target=act, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _listen(self):
        while not self.ended.is_set():
            try:
                there, _ = self.listener.accept()
            except OSError:
                return
            there.settimeout(10)
            self._start(self._converse, there)

    def _converse(self, there):
        talk = None
        with suppress(OSError):
            try:
                if self.is_tls_first:
                    there = self.trust.wrap_socket(there, server_side=True)
                talk = Conversation(self, there)
                talk.run()
            finally:
                if talk:
                    talk.file.close()
                    talk.there.close()
                there.close()


class Conversation:
    """One connection."""

    def __init__(self, server, there):
        self.server, self.there, self.file = server, there, there.makefile("rb")

    def say(self, *lines):
        for line in lines:
            self.there.sendall(line.encode() + b"\r\n")

    def next_fault(self):
        with self.server.lock:
            return self.server.fault(self.server.count)

    def run(self):
        if self.next_fault() in ("refuse", "hang", "dribble"):
            self.take_number()
            self.stall()
            return
        self.say("220 fault.example ready")
        while line := self.file.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            act = getattr(self, f"on_{verb.lower()}", None)
            if act is None:
                self.say("502 what?")
            elif act(rest) is False:
                return

    def stall(self):
        while self.last == "dribble" and not self.server.ended.wait(0.05):
            self.there.sendall(b"2")
        if self.last == "hang":
            self.server.ended.wait(10)

    def take_number(self):
        with self.server.lock:
            self.last = self.server.fault(self.server.count)
            self.server.count += 1

    def on_ehlo(self, rest):
        is_plain = not isinstance(self.there, ssl.SSLSocket)
        self.say("250-fault.example", *(["250-STARTTLS"] if self.server.offers_tls and is_plain else []), "250 SIZE")

    def on_starttls(self, rest):
        self.say("220 go")
        self.file.close()
        self.there = self.server.trust.wrap_socket(self.there, server_side=True)
        self.file = self.there.makefile("rb")

    def on_noop(self, rest):
        self.say("250 yes")

    on_rset = on_noop

    def on_mail(self, rest):
        self.take_number()
        if not isinstance(self.there, ssl.SSLSocket):
            self.server.plain += 1
        if self.last in ("refuse", "hang", "dribble"):
            self.stall()
            return False
        if self.last == "closing":
            self.say("421 come back later")
            return False
        self.say("250 ok")

    def on_rcpt(self, rest):
        words = {"busy": "451 4.3.0 later", "no_such_user": "550 5.1.1 nobody", "policy": "550 5.7.1 no relaying"}
        self.say(words.get(self.last, "250 ok"))

    def on_data(self, rest):
        self.say("354 go on")
        content = b""
        while not content.endswith(b"\r\n.\r\n"):
            line = self.file.readline()
            if not line:
                return False
            content += line
        message_id = re.search(rb"(?mi)^message-id: *(\S+)", content).group(1).decode()
        if self.last == "drop_before_250":
            return False
        if self.last in ("busy_after_data", "not_wanted"):
            self.say("451 4.3.0 later" if self.last == "busy_after_data" else "554 5.6.0 no")
            return None
        if self.last == "hang_after_data":
            self.server.ended.wait(10)
            return False
        with self.server.lock:
            self.server.accepted.append(message_id)
        if self.last == "drop_before_answer":
            return False
        self.say("250 2.0.0 taken")
        with self.server.lock:
            self.server.said_250.append(message_id)
        return self.last != "drop_after_250"

    def on_quit(self, rest):
        self.say("221 bye")
        return False


def make_certificate(folder, *, name="localhost", days=2):
    """Make a certificate that signs itself: (certificate, key)."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    asked = f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days {days} -subj /CN={name}"
    where = ["-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", certificate]
    subprocess.run(["openssl", *asked.split(), *where], check=True, capture_output=True)
    return certificate, key
