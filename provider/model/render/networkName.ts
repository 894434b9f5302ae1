/** The unique name of a server on a network. */

/** The maximum length of a host name label, which the suffix is part of. */
const maxLength = 63;

/** Appends the random suffix of the settings volume, which exists as long as the settings of the server. */
export function networkName(server: string, settingsVolume: string): string {
    const suffix = /-[0-9a-f]{7}$/.exec(settingsVolume)?.[0];
    // `transform` has set the name of the volume.
    if (suffix === undefined) return server;
    return server.slice(0, maxLength - suffix.length).replace(/[.-]+$/, "") + suffix;
}
