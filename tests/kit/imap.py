"""A real IMAP server, Debian's dovecot, on a loopback port: as root or as anybody."""

import grp
import imaplib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.kit.smtp import free_port

USER, PASSWORD = "consults@localhost", "päss word@/1"
CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_chars =
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
mail_location = maildir:{folder}/mail
mail_plugin_dir = /usr/lib/dovecot/modules
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service stats {{
  chroot =
}}
{more}
"""


class Imap:
    """A running server with one account."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.address = f"imap://consults%40localhost:p%C3%A4ss%20word%40%2F1@127.0.0.1:{port}/INBOX"

    def connect(self) -> imaplib.IMAP4:
        """A mail program of the same account."""
        connection = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        connection.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        return connection

    def deliver(self, raw: bytes, folder: str = "INBOX", *, flags: str = "") -> None:
        """Put a message into a folder, as a mail server does."""
        with self.connect() as connection:
            answer, told = connection.append(folder, flags, "", raw)
            assert answer == "OK", told

    def empty(self) -> None:
        """Let nothing be in it, and no folder but the inbox."""
        with self.connect() as connection:
            if connection.select("INBOX")[1] != [b"0"]:
                connection.store("1:*", "+FLAGS", r"(\Deleted)")
                connection.expunge()
            connection.delete("Processed")

    def messages(self, folder: str) -> list[tuple[set[str], bytes]]:
        """The flags and the bytes of each message of a folder; nothing where there is no such folder."""
        with self.connect() as connection:
            if connection.select(folder, readonly=True)[0] != "OK":
                return []
            if not connection.search(None, "ALL")[1][0]:
                return []
            _, found = connection.fetch("1:*", "(FLAGS BODY.PEEK[])")
            parts = [part for part in found if isinstance(part, tuple)]
            return [({flag.decode() for flag in imaplib.ParseFlags(head)}, body) for head, body in parts]


@contextmanager
def imap_server(more: str = "") -> Iterator[Imap]:
    """Runs the server in a folder of its own; `more` is added to its configuration.

    As root it works for the user "mail", since dovecot gives root no mail.
    """
    folder = Path(tempfile.mkdtemp(prefix="imap-"))
    owner = pwd.getpwnam("mail") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    group = grp.getgrgid(owner.pw_gid).gr_name
    port = free_port()
    names = {"user": owner.pw_name, "group": group, "uid": owner.pw_uid, "gid": owner.pw_gid}
    for name in ("run", "state", "mail"):
        (folder / name).mkdir()
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n", "utf-8")
    (folder / "dovecot.conf").write_text(CONFIG.format(folder=folder, port=port, more=more, **names), "utf-8")
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    server = subprocess.Popen(
        ["/usr/sbin/dovecot", "-F", "-c", str(folder / "dovecot.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        running = Imap(port)
        _wait_for(running, server, folder / "log")
        yield running
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(imap: Imap, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(200):
        with suppress(OSError, imaplib.IMAP4.error), imap.connect():
            return
        assert server.poll() is None, log.read_text("utf-8") if log.exists() else "dovecot did not start"
        time.sleep(0.05)
    raise AssertionError(log.read_text("utf-8"))
