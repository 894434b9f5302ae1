/** The npm package's face. */
export { RedisDatabase } from "./components/redisDatabase";
export { RedisReplica } from "./components/redisReplica";
export { RedisServer } from "./components/redisServer";
export type { ConnectionUrls, DatabaseNodes } from "./components/redisServer";
export type {
    CertificateArgs,
    ClientAuthArgs,
    DataArgs,
    DatabaseTransforms,
    KeyPairArgs,
    PortsArgs,
    RedisDatabaseArgs,
    RedisReplicaArgs,
    ReplicaArgs,
    ReplicationAccess,
    SavePointArgs,
    TlsArgs,
    Transform,
} from "./components/args";
export type { CertificateNodes } from "./components/certificates";
export type { TlsProtocol } from "./spec/databaseSpec";
export type { ConfigValue } from "./spec/directives";
export type { MaxmemoryPolicy } from "./spec/memory";
export type { Credential } from "./spec/urls";
export { listVersions } from "./spec/listVersions";
export type { ListedVersion } from "./spec/listVersions";
export type { Engine, Flavor, RedisVersion, ValkeyVersion, Version } from "./spec/versions";
