"""
Connects to servers in SSLv2 and SSLv3, which OpenSSL 3 no longer speaks. Each input line has a protocol, host and port;
the output line is the result. `control` connects to a server in this process that speaks the protocol. It shows that a
refusal is not caused by a malformed hello.
"""

import os
import socket
import sys
import threading

from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, X509, parsePEMKey
from tlslite.errors import TLSError

PATIENCE_SECONDS = 10


def settings():
    only = HandshakeSettings()
    only.minVersion = only.maxVersion = (3, 0)
    return only


def sslv3(address):
    with socket.create_connection(address, PATIENCE_SECONDS) as connection:
        tls = TLSConnection(connection)
        try:
            tls.handshakeClientCert(settings=settings())
        except TimeoutError:
            raise
        except (TLSError, OSError) as error:
            return f"refused: {type(error).__name__}: {error}"
        return f"spoken: {tls.getVersionName()}"


def sslv2(address):
    """The draft's CLIENT-HELLO: type, version, three lengths, seven ciphers of three bytes, a challenge."""
    ciphers = bytes.fromhex("010080 020080 030080 040080 050080 060040 0700c0")
    body = b"\x01\x00\x02" + len(ciphers).to_bytes(2, "big") + b"\x00\x00\x00\x10" + ciphers + os.urandom(16)
    with socket.create_connection(address, PATIENCE_SECONDS) as connection:
        connection.sendall((0x8000 | len(body)).to_bytes(2, "big") + body)
        try:
            reply = connection.recv(16384)
        except ConnectionResetError:
            reply = b""
    # A SERVER-HELLO has type 4 after its length.
    if reply[2:3] == b"\x04":
        return "spoken: SSL 2.0"
    return f"refused: {reply.hex() or 'closed'}"


greetings = {"SSLv2": sslv2, "SSLv3": sslv3}


def control(protocol, certificate, key):
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listener.accept()
        if protocol == "SSLv3":
            with open(certificate) as cert, open(key) as secret:
                chain = X509CertChain([X509().parse(cert.read())])
                TLSConnection(connection).handshakeServer(
                    certChain=chain, privateKey=parsePEMKey(secret.read(), private=True), settings=settings()
                )
        else:
            connection.recv(16384)
            connection.sendall(b"\x80\x0b\x04\x00\x01\x00\x02\x00\x00\x00\x00\x00\x00")
        connection.close()

    threading.Thread(target=serve, daemon=True).start()
    return greetings[protocol](listener.getsockname())


print("tlslite-ng", __import__("tlslite").__version__, flush=True)
for line in sys.stdin:
    protocol, *rest = line.rstrip("\n").split("\t")
    try:
        if rest[0] == "control":
            print(control(protocol, *rest[1:]), flush=True)
        else:
            print(greetings[protocol]((rest[0], int(rest[1]))), flush=True)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", flush=True)
