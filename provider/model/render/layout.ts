/** Paths, users and ports inside the containers; `provider/containers/` uses the same paths. */

/** The data volume, at the path that official images use for data. */
export const dataDir = "/data";
/** Records which database owns the data: the ID of the settings volume, the flavor and the database's readable name. */
export const ownerPath = `${dataDir}/.redis-database`;
/** The settings volume: written by the agent, read by the server. */
export const settingsDir = "/settings";
/** In the agent's container: its script. */
export const agentPath = "/agent.sh";
/** In the agent's container: the desired settings as one file, before the agent has accepted them. */
export const desiredPath = "/desired";
/** The accepted settings: a symbolic link to the current generation. */
export const currentDir = `${settingsDir}/current`;
/** The accepted certificate, key and CA: a separate link, because a running server re-reads them by path. */
export const tlsDir = `${settingsDir}/tls`;
/** The socket through which the agent and the health check reach Redis, independent of the network. */
export const socketPath = `${settingsDir}/run/redis.sock`;
/** Written by the server with `ACL SAVE`, so that users created at run time are kept. */
export const aclPath = `${settingsDir}/acl/users.acl`;
/** Before 6.0, instead of the ACL file: `requirepass`, written by the agent and readable only by the server. */
export const passwordPath = `${settingsDir}/acl/password.conf`;
/** The login of a replica at its primary; `redis.conf` includes the file. */
export const primaryConfPath = `${currentDir}/primary.conf`;
/** Before 6.0: the CA with which the tunnel verifies the primary. */
export const primaryCaPath = `${currentDir}/primary.crt`;
/**
 * In the agent of a replica, and before 6.0 in its tunnel: the settings volume of a primary on the same Docker host, which
 * has the primary's address and socket.
 */
export const primaryDir = "/primary";
export const nearbySocketPath = `${primaryDir}/run/redis.sock`;
/** In the backup container, that of restic and the notifier: the volume with restic, its cache and the last results. */
export const backupDir = "/backup";
/** In the backup container: its script. */
export const backupScriptPath = "/backup.sh";
/** In the notifier's container: its script. */
export const notifyScriptPath = "/notify.sh";
/** In the backup container: the directory of the repositories on the Docker host, each with its number. */
export const repositoriesDir = "/repositories";
/** The user and group of Redis in official images. */
export const redisUid = 999;
/** Before 6.0: the user of HAProxy in official images. It owns no data. */
export const terminatorUid = 99;
/** The socket through which the agent controls HAProxy. */
export const terminatorSocketPath = `${settingsDir}/terminator/stats.sock`;
export const terminatorConfPath = `${currentDir}/haproxy.cfg`;
/** In the container of a replica's tunnel, for its health check. */
export const tunnelSocketPath = "/tmp/stats.sock";
export const tunnelConfPath = `${currentDir}/link.cfg`;
/** The port at which a replica reaches its tunnel. The tunnel's address changes with each start. */
export const tunnelPort = 6379;
/** The ports of Redis inside the container. */
export const plaintextPort = 6379;
export const tlsPort = 6380;
/** In the container that restores data: its script, and a dump or an append-only directory on the Docker host. */
export const restorePath = "/restore.sh";
export const restoreSourcePath = "/source";
