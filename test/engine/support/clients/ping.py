"""
redis-py with unchanged URLs, in the RESP version given as argument. Each input line has a URL and a CA (base64 of PEM,
or empty); the output line is the reply to PING or the error.
"""

import base64
import sys

import redis

protocol = int(sys.argv[1])
print("redis-py", redis.__version__, flush=True)
for line in sys.stdin:
    url, ca = line.rstrip("\n").split("\t")
    try:
        tls = {"ssl_ca_data": base64.b64decode(ca).decode()} if ca else {}
        client = redis.from_url(url, protocol=protocol, **tls)
        print("PONG" if client.ping() else "no answer", flush=True)
        client.close()
    except Exception as error:
        print(f"{type(error).__name__}: {error}".replace("\n", " "), flush=True)
