/** The rules about lost data. */
import type { RuleText } from "./rule";

export const dataLossRules = {
    "volume-replaced": {
        severity: "data-loss",
        title: "A volume is replaced",
        meaning: "Docker deletes the volume and creates an empty one with the new properties.",
        danger: "All files on the volume are lost. Docker cannot change the labels, the driver or the driver options of a volume, so a new label is enough.",
        remedy: "undo the change of the volume; to keep it, create a second volume with the new properties and copy the data there first",
    },
    "volume-deleted": {
        severity: "data-loss",
        title: "A volume is deleted",
        meaning: "The program no longer has the volume, so Docker deletes it.",
        danger: "All files on the volume are lost. A renamed volume without `aliases` counts as deleted.",
        remedy: "keep the volume in the program; after a rename, add `aliases`; to keep the files without the program, set `retainOnDelete` in an update before this one",
    },
    "database-deleted": {
        severity: "data-loss",
        title: "A database is deleted",
        meaning: "The program no longer has the database, so its server and its data are deleted.",
        danger: "The data is lost, and clients can no longer connect. A renamed database without `aliases` counts as deleted.",
        remedy: "keep the database in the program; after a rename or a move, add `aliases`; otherwise copy the data first",
    },
    "protected-resource-deleted": {
        severity: "data-loss",
        title: "A protected resource is deleted",
        meaning: "The state protects the resource from deletion, and the program no longer has it.",
        danger: "The protection was set on purpose. Pulumi refuses the update; with `--ignore-protect`, it deletes the resource.",
        remedy: "keep the resource in the program; if it is no longer needed, set `protect: false` in an update of its own",
    },
    "backups-turned-off": {
        severity: "data-loss",
        title: "Backups are turned off",
        meaning: "The database no longer has the argument `backup`.",
        danger: "Existing backups stay in their repositories, but there are no new ones, so what is written from now on has no backup.",
        remedy: "keep `backup`, unless the data can be created again; to back up a replica instead, set `backup` there in the same update",
    },
    "backup-retention-shortened": {
        severity: "data-loss",
        title: "Backups are kept for a shorter time",
        meaning: "A number in `backup.keep` is lower than before.",
        danger: "The next backup deletes those that the new numbers do not cover. They cannot be restored afterwards.",
        remedy: "keep the numbers; to keep some of the old backups, first copy them to another repository with `redisdb backup copy`",
    },
    "backup-repository-changed": {
        severity: "data-loss",
        title: "Backups move to another repository",
        meaning: "A repository is no longer in `backup.repositories`.",
        danger: "The backups in it stay, but they are no longer listed, verified or thinned out, and the new repository starts empty.",
        remedy: "keep the old repository next to the new one until the new one has enough backups, or copy them with `redisdb backup copy`",
    },
    "crash-loses-more": {
        severity: "data-loss",
        title: "A crash loses more data than before",
        meaning: "With the new flavor or save points, Redis writes data to the disk later than before, or not at all.",
        danger: "After a crash or a power failure, writes since the last dump are lost; without persistence, all data is.",
        remedy: "keep the flavor and the save points, unless the data can be created again, as in a cache",
    },
    "keys-evicted": {
        severity: "data-loss",
        title: "Redis may evict keys",
        meaning: "With less memory or another policy, Redis deletes keys when the data does not fit.",
        danger: "Evicted keys are lost; `maxmemoryPolicy` decides which ones.",
        remedy: "keep enough memory for the data, or the policy `noeviction`, unless the database is a cache",
    },
    "import-replaces-data": {
        severity: "data-loss",
        title: "The data can be replaced by an import",
        meaning: "`importing` permits the command REPLICAOF on this server.",
        danger: "REPLICAOF replaces all data of the server with the data of the source.",
        remedy: "set `importing` only for a database that is meant to be overwritten, and remove it after the import",
    },
} as const satisfies Readonly<Record<string, RuleText>>;
