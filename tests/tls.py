"""A server that speaks https by a certificate that nobody vouches for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
import ssl
from threading import Thread
from typing import override

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from yarl import URL


def _self_signed(folder: Path) -> ssl.SSLContext:
    """Return what serves https by a certificate for this machine that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "impostor.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


class _Taking(BaseHTTPRequestHandler):
    """Notes the credentials of a request, and answers with an empty list."""

    received: list[str | None]

    def _answer(self) -> None:
        self.received.append(self.headers["Authorization"])
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    do_GET = do_POST = _answer  # noqa: N815  the names that the library looks for

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@contextmanager
def impostor(folder: Path) -> Iterator[tuple[URL, list[str | None]]]:
    """Serve for the block; give the address, and the credentials that are received there.

    In a thread: a handshake that a client breaks off would be an error to the test's own loop.
    """
    received: list[str | None] = []
    handler = type("Handler", (_Taking,), {"received": received})
    server = HTTPServer(("127.0.0.1", 0), handler)
    server.socket = _self_signed(folder).wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield URL(f"https://127.0.0.1:{server.server_port}/"), received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
