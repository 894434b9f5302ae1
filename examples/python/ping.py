"""Pings the primary and the replicas over TLS with certificate verification."""

import json
import sys
from urllib.parse import urlsplit

import redis

# The stack's outputs, from standard input: every user of the machine can read command lines.
outputs = json.load(sys.stdin)


def ping(url: str, ca: str) -> None:
    with redis.Redis.from_url(url, ssl_ca_data=ca) as client:
        print(f"{urlsplit(url).port}: {'PONG' if client.ping() else 'no reply'}")


ping(outputs["tlsUrl"], outputs["caCertPem"])
for replica_url in outputs["replicaTlsUrls"]:
    ping(replica_url, outputs["replicaCaCertPem"])
