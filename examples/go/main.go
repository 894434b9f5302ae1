package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	redis "pulumi-redis-database/sdk/go/redisdatabase"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		db, err := redis.NewRedisDatabase(ctx, "catalog", &redis.RedisDatabaseArgs{
			MemoryMb: pulumi.Int(128),
			Replicas: []redis.ReplicaArgs{{Name: pulumi.StringRef("first")}, {Name: pulumi.StringRef("second")}},
			// Only for this example. Remove this line where the data matters.
			DeletionProtection: pulumi.BoolRef(false),
		})
		if err != nil {
			return err
		}
		ctx.Export("tlsUrl", db.TlsUrl)
		ctx.Export("caCertPem", db.CaCertPem)
		ctx.Export("replicaTlsUrls", db.ReplicaTlsUrls)
		ctx.Export("replicaCaCertPem", db.ReplicaCaCertPem)
		return nil
	})
}
