import os

import pulumi
import pulumi_redis_database as redis

arguments = {
    "known": {
        "version": 8.10,
        "memory_mb": "a lot",
        "start_timeout_seconds": 0,
        "save_points": [{"seconds": 60}],
        "tls": {"hostz": ["localhost"]},
    },
    "resolved": {
        "version": pulumi.Output.from_input(7.0),
        "host": pulumi.Output.from_input(None),
        "password": pulumi.Output.secret("first-line\nsecond-line"),
    },
}

redis.RedisDatabase("bad-input", **arguments[os.environ["CASE"]])
