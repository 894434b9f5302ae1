package bad;

import com.pulumiredisdatabase.redisdatabase.RedisDatabaseArgs;
import com.pulumiredisdatabase.redisdatabase.inputs.TlsArgs;

/** Does not compile: each argument is one that the compiler refuses. */
class Refused {
    Object number = RedisDatabaseArgs.builder().version(8.10);
    Object wrongType = RedisDatabaseArgs.builder().memoryMb("a lot");
    Object unknown = RedisDatabaseArgs.builder().memoryMd(64);
    Object unknownMember = TlsArgs.builder().hostz("localhost");
}
