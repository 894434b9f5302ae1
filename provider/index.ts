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
export type { CertificateNodes } from "./components/server/certificates";
export type { TlsProtocol } from "./model/databaseSpec";
export type { ConfigValue } from "./model/catalog/directives";
export type { MaxmemoryPolicy } from "./model/sizing/memory";
export type { Credential } from "./model/render/urls";
export { listVersions } from "./model/catalog/listVersions";
export type { ListedVersion } from "./model/catalog/listVersions";
export type { Engine, Flavor, RedisVersion, ValkeyVersion, Version } from "./model/catalog/versions";
