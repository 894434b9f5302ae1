"""What the SDK itself refuses."""

import pulumi_redis_database as redis

for create in (
    lambda: redis.RedisDatabase("bad-input", memory_md=64),
    lambda: redis.TlsArgs(hostz=["localhost"]),
    lambda: redis.SavePointArgs(seconds=60),
):
    try:
        create()
    except TypeError as error:
        print(error)
