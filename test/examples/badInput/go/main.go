package main

import (
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	redis "pulumi-redis-database/sdk/go/redisdatabase"
)

func nothing(string) *string { return nil }

var arguments = map[string]*redis.RedisDatabaseArgs{
	"known": {
		StartTimeoutSeconds: pulumi.Int(0),
		SavePoints:          redis.SavePointArray{redis.SavePointArgs{Seconds: pulumi.Int(60)}},
	},
	"resolved": {
		Host:     pulumi.String("").ToStringOutput().ApplyT(nothing).(pulumi.StringPtrOutput),
		Password: pulumi.ToSecret(pulumi.String("first-line\nsecond-line")).(pulumi.StringOutput),
	},
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		_, err := redis.NewRedisDatabase(ctx, "bad-input", arguments[os.Getenv("CASE")])
		return err
	})
}
