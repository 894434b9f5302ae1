// Package main does not compile: each argument is one that the compiler refuses.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	redis "pulumi-redis-database/sdk/go/redisdatabase"
)

var _ = redis.RedisDatabaseArgs{
	Version:  8.10,
	MemoryMb: pulumi.String("a lot"),
	MemoryMd: pulumi.Int(64),
	Tls:      &redis.TlsArgs{Hostz: pulumi.StringArray{}},
}
