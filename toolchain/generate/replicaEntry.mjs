/** What an entry of a database's `replicas` has in addition to the arguments of a replica. */
export const replicaEntry = {
    name: {
        doc: "Name of the replica: lowercase letters, digits and hyphens, starting with a letter. Its component is named DATABASE-NAME.",
        defaultDoc: '"replica-1", "replica-2", … by its position in the list',
    },
    provider: {
        doc: "Provider of another Docker host, which must be able to reach the database's TLS port: set the database's `bindAddress`. Set this entry's `bindAddress` too, so that clients outside of that host can connect.",
        defaultDoc: "the database's provider",
    },
};
