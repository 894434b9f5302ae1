package catalog;

import com.pulumi.Pulumi;
import com.pulumiredisdatabase.redisdatabase.RedisDatabase;
import com.pulumiredisdatabase.redisdatabase.RedisDatabaseArgs;
import com.pulumiredisdatabase.redisdatabase.inputs.ReplicaArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var db = new RedisDatabase("catalog", RedisDatabaseArgs.builder()
                .memoryMb(128)
                .replicas(
                    ReplicaArgs.builder().name("first").build(),
                    ReplicaArgs.builder().name("second").build())
                // Only for this example. Remove this line where the data matters.
                .deletionProtection(false)
                .build());
            ctx.export("tlsUrl", db.tlsUrl());
            ctx.export("caCertPem", db.caCertPem());
            ctx.export("replicaTlsUrls", db.replicaTlsUrls());
            ctx.export("replicaCaCertPem", db.replicaCaCertPem());
        });
    }
}
