import pulumi
from pulumi_redis_database import RedisDatabase, ReplicaArgs

db = RedisDatabase(
    "catalog",
    memory_mb=128,
    replicas=[ReplicaArgs(name="first"), ReplicaArgs(name="second")],
    # Only for this example. Remove this line where the data matters.
    deletion_protection=False,
)

pulumi.export("tlsUrl", db.tls_url)
pulumi.export("caCertPem", db.ca_cert_pem)
pulumi.export("replicaTlsUrls", db.replica_tls_urls)
pulumi.export("replicaCaCertPem", db.replica_ca_cert_pem)
