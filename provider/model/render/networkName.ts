/** The name that a server has on a network, and that no other server has. */

/** As long as a part of a host name may be, with the suffix. */
const longest = 63;

/** With the random suffix of its settings volume, which stays for as long as the server has its settings. */
export function networkName(server: string, settingsVolume: string): string {
    const suffix = /-[0-9a-f]{7}$/.exec(settingsVolume)?.[0];
    // A transform has named the volume.
    if (suffix === undefined) return server;
    return server.slice(0, longest - suffix.length).replace(/[.-]+$/, "") + suffix;
}
