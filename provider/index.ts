/** The public exports of the npm package. */
export { RedisDatabase } from "./components/redisDatabase";
export { RedisReplica } from "./components/redisReplica";
export { RedisServer } from "./components/redisServer";
export type * from "./components/args";
export type { FollowedDatabase } from "./components/replication/followedDatabase";
export type { ConnectionUrls, ServerOutputs, UserAccess } from "./components/server/outputs";
export type { CertificateNodes, DatabaseNodes } from "./components/server/nodes";
export type { DatabaseTransforms, Transform } from "./components/transforms";
export type { ConfigValue } from "./model/catalog/directives";
export { listVersions } from "./model/catalog/listVersions";
export type { ListedVersion } from "./model/catalog/listVersions";
export type { TlsProtocol } from "./model/catalog/tlsProtocols";
export type { Engine, Flavor, RedisVersion, ValkeyVersion, Version } from "./model/catalog/versions";
export type { Credential } from "./model/render/urls";
export type { MaxmemoryPolicy } from "./model/sizing/memory";
