package bad;

import com.pulumi.Pulumi;
import com.pulumi.core.Output;
import com.pulumiredisdatabase.redisdatabase.RedisDatabase;
import com.pulumiredisdatabase.redisdatabase.RedisDatabaseArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            new RedisDatabase("bad-input", arguments(System.getenv("CASE")));
        });
    }

    private static RedisDatabaseArgs arguments(String which) {
        var builder = RedisDatabaseArgs.builder();
        if (which.equals("known")) return builder.password("first-line\nsecond-line").startTimeoutSeconds(0).build();
        Output<String> nothing = Output.of("").applyValue(text -> null);
        return builder.host(nothing).password(Output.ofSecret("first-line\nsecond-line")).build();
    }
}
