/** Where things lie inside the containers; `provider/containers/` uses the same paths. */

/** The data volume, where official images keep data and what they own as uid 999. */
export const dataDir = "/data";
/** Whose data it is: the settings volume's ID, the flavor, and what people call the database. */
export const ownerPath = `${dataDir}/.redis-database`;
/** The settings volume: written by the agent, read by the server. */
export const settingsDir = "/settings";
/** Inside the agent's own container: its script. */
export const agentPath = "/agent.sh";
/** Inside the agent's own container: what the program wants, as one file, before the agent has accepted it. */
export const desiredPath = "/desired";
/** The accepted settings: a link that moves from one complete generation to the next. */
export const currentDir = `${settingsDir}/current`;
/** The accepted certificate, key and CA: a link of its own, since a running server re-reads them by path. */
export const tlsDir = `${settingsDir}/tls`;
/** The agent and the health check reach Redis here, whatever the network does. */
export const socketPath = `${settingsDir}/run/redis.sock`;
/** Written by the server at `ACL SAVE`, so that users made at run time survive. */
export const aclPath = `${settingsDir}/acl/users.acl`;
/** Before 6.0, in place of that: `requirepass`, written by the agent for the server alone to read. */
export const passwordPath = `${settingsDir}/acl/password.conf`;
/** What a replica logs in to its primary with; `redis.conf` includes it. */
export const primaryConfPath = `${currentDir}/primary.conf`;
/** Before 6.0: what its tunnel verifies that primary with. */
export const primaryCaPath = `${currentDir}/primary.crt`;
/**
 * Inside a replica's agent, and before 6.0 its tunnel: the settings volume of a primary on the same Docker host, for its
 * address or its socket.
 */
export const primaryDir = "/primary";
export const nearbySocketPath = `${primaryDir}/run/redis.sock`;
/** User and group of Redis in official images. */
export const redisUid = 999;
/** Before 6.0: HAProxy, which speaks TLS in front of the server. Its user in official images; it owns no data. */
export const terminatorUid = 99;
/** Where the agent reaches it. */
export const terminatorSocketPath = `${settingsDir}/terminator/stats.sock`;
export const terminatorConfPath = `${currentDir}/haproxy.cfg`;
/** Inside the container of a replica's tunnel, for its own health check. */
export const tunnelSocketPath = "/tmp/stats.sock";
export const tunnelConfPath = `${currentDir}/link.cfg`;
/** The port at which a replica reaches its tunnel. The address changes at each start of the tunnel. */
export const tunnelPort = 6379;
/** The ports inside the container. */
export const plaintextPort = 6379;
export const tlsPort = 6380;
