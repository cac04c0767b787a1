"""Who set DIEMBAO_NOTIFY is told of a failure; the addresses, which hold secrets, are told to nobody."""

import http.server
import json
import os
import socket
import socketserver
import threading

import nbformat
import pytest
from conftest import write_editions, write_notebook

from diembao import report
from diembao.__main__ import main
from diembao.report import notices
from diembao.schema import DiembaoError

SECRET = "s3cr3t-7f2a"


@pytest.fixture
def webhook(monkeypatch):
    """→ the messages that arrive at the one address in DIEMBAO_NOTIFY."""
    arrived = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            arrived.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(notices.VARIABLE, f"json://user:{SECRET}@127.0.0.1:{server.server_address[1]}/{SECRET}")
    yield arrived
    server.shutdown()
    server.server_close()


@pytest.fixture
def mailbox(monkeypatch):
    """→ the mails that arrive at the one address in DIEMBAO_NOTIFY."""
    arrived = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                if line[:4].upper() == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    mail = b""
                    while (line := self.rfile.readline()) != b".\r\n":
                        mail += line
                    arrived.append(mail.decode())
                self.wfile.write(b"221 bye\r\n" if line[:4].upper() == b"QUIT" else b"250 fine\r\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    to = "from=bao@example.org&to=editor@example.org"
    monkeypatch.setenv(notices.VARIABLE, f"mailto://127.0.0.1:{server.server_address[1]}/?{to}")
    yield arrived
    server.shutdown()
    server.server_close()


def closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_a_failure_is_told_by_webhook(webhook, tmp_path, capfd):
    assert main(["report", "no-such", "--out", str(tmp_path)]) == 1
    (message,) = webhook
    assert message["type"] == "failure" and "no-such failed" in message["title"]
    assert "edition 'no-such' is not in" in message["message"]
    assert SECRET not in "".join(capfd.readouterr())


def test_a_failure_is_told_by_mail(mailbox, tmp_path):
    assert main(["report", "no-such", "--out", str(tmp_path)]) == 1
    (mail,) = mailbox
    assert "editor@example.org" in mail


@pytest.mark.parametrize(("when", "count"), [("failure", 0), ("always", 1)])
def test_a_good_build_is_told_on_request(webhook, tmp_path, monkeypatch, when, count):
    made = report.Build(tmp_path / "builds" / "20260101T000000Z-default", {"status": "good"}, unchanged=False)
    monkeypatch.setattr(report, "build", lambda *_, **__: made)
    assert main(["report", "--quiet", "--notify", when]) == 0
    assert [message["type"] for message in webhook] == ["success"] * count


def test_nobody_is_told_where_nobody_asked(monkeypatch, tmp_path):
    monkeypatch.delenv(notices.VARIABLE, raising=False)
    notices.send("title", "text", good=False)


@pytest.mark.parametrize("address", [f"nonsense-{SECRET}", f"json://user:{SECRET}@127.0.0.1:PORT/{SECRET}"])
def test_a_notice_that_fails_names_no_secret_and_leaves_the_exit_code(address, monkeypatch, capfd, caplog, tmp_path):
    monkeypatch.setenv(notices.VARIABLE, address.replace("PORT", str(closed_port())))
    with pytest.raises(DiembaoError, match=notices.VARIABLE) as failure:
        notices.send("title", "text", good=False)
    assert main(["report", "no-such", "--out", str(tmp_path)]) == 1
    told = capfd.readouterr()
    assert notices.VARIABLE in told.err
    assert SECRET not in "".join([*told, caplog.text, str(failure.value)])


def test_no_file_of_a_build_and_no_kernel_sees_the_addresses(monkeypatch, tmp_path):
    monkeypatch.setenv(notices.VARIABLE, f"nonsense://{SECRET}")
    write_notebook(tmp_path / "n.ipynb", ("", "import os\nprint(dict(os.environ))"))
    made = report.build(editions=write_editions(tmp_path, notebooks=["n.ipynb"]), out=tmp_path / "out", progress=False)
    cells = nbformat.read(made.folder / "notebooks" / "n.ipynb", as_version=4).cells
    assert "DIEMBAO_BUILD" in cells[0].outputs[0].text
    for folder, _, files in os.walk(tmp_path / "out"):
        for file in files:
            with open(os.path.join(folder, file), "rb") as written:
                assert SECRET.encode() not in written.read(), file
