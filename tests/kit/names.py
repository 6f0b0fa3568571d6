"""A real name server on a loopback port."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset


@contextmanager
def name_server(texts: Mapping[str, list[str]]) -> Iterator[dns.resolver.Resolver]:
    """Answers TXT questions from `texts`; a name that is not in it does not exist. Gives a resolver that asks it."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            question, asker = listener.recvfrom(4096)
            if question == b"stop":
                return
            listener.sendto(_answer(question, texts), asker)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield resolver_at(listener.getsockname()[1])
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"stop", listener.getsockname())
        thread.join()
        listener.close()


def resolver_at(port: int) -> dns.resolver.Resolver:
    """A resolver that asks whoever listens at that port of this machine."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    return resolver


def _answer(question: bytes, texts: Mapping[str, list[str]]) -> bytes:
    asked = dns.message.from_wire(question)
    answer = dns.message.make_response(asked)
    name = str(asked.question[0].name).rstrip(".")
    if name not in texts:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif texts[name]:
        quoted = [" ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200)) for text in texts[name]]
        answer.answer.append(dns.rrset.from_text(asked.question[0].name, 60, "IN", "TXT", *quoted))
    return answer.to_wire()
