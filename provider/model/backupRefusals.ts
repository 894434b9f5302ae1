/** The codes of the backup container's refusals: `refused: … [redis-database/CODE]`. */
import type { Refusal } from "./refusals";

/**
 * A code is never renamed, and its meaning never changes, because people search for it. A test checks that the scripts in
 * `provider/containers/backup` use exactly these codes.
 */
export const backupRefusals = {
    "backup-damaged": {
        meaning: "A backup is not the file that was stored, or a server cannot load it.",
        remedy: "Make a new backup at once, check the disk or the storage of the repository, and restore from another backup or repository if you need to.",
    },
    "backup-disk-full": {
        meaning: "The disk of the repository, or of the volume for the files of backups, has not enough free space.",
        remedy: "Free disk space on the Docker host, or use another repository.",
    },
    "backup-dump-damaged": {
        meaning:
            "The program that checks dumps, which the server's image contains, rejects the dump; it was not stored.",
        remedy: "Read the reason in the message, check the memory and the disk of the Docker host, and make another backup.",
    },
    "backup-dump-failed": {
        meaning: "The server ended the transfer of its data.",
        remedy: 'Read the reason in the server\'s log; if its output buffer was exceeded, raise the limit for replicas in config["client-output-buffer-limit"].',
    },
    "backup-exists": {
        meaning: "The repository to which a backup is to be copied already has it.",
        remedy: "Nothing needs to be done.",
    },
    "backup-failed": {
        meaning: "A command of the backup container, or restic, failed unexpectedly.",
        remedy: "Read the reason in the message, fix its cause and make another backup.",
    },
    "backup-login-refused": {
        meaning: "The server rejects the login of the backup container.",
        remedy: "Run `pulumi up --refresh`, after which the settings agent restores the user and the password.",
    },
    "backup-not-found": {
        meaning: "The repository has no backup of this database with that ID.",
        remedy: "Use an ID that `redisdb backup list` shows.",
    },
    "backup-out-of-memory": {
        meaning: "The check or the verification of a backup needs more memory than the backup container has.",
        remedy: "Increase `memoryMb`, from which the limit of the backup container follows.",
    },
    "backup-overdue": {
        meaning: "The newest backup is older than twice the interval of the schedule.",
        remedy: "Read the log of the backup container, and fix the cause of the failures.",
    },
    "backup-server-unreachable": {
        meaning: "The server does not answer, or does not send its data in time.",
        remedy: "Make sure that the server runs and has loaded its data, and make another backup.",
    },
    "backup-size-dropped": {
        meaning: "A backup has less than half of the keys or bytes of the previous one.",
        remedy: "Find out whether data was deleted by mistake; earlier backups still contain it until retention removes them.",
    },
    "repository-append-only": {
        meaning: "A backup cannot be removed, because the repository is append-only.",
        remedy: "Remove it with restic and credentials that permit it.",
    },
    "repository-certificate-not-trusted": {
        meaning: "The certificate of the repository's storage cannot be verified.",
        remedy: "Set `credentials.caCert` to the CA that issued it.",
    },
    "repository-credentials-refused": {
        meaning: "The storage of the repository rejects the credentials.",
        remedy: "Correct `credentials`, and make sure that they may read and write the repository.",
    },
    "repository-damaged": {
        meaning: "The repository has missing or damaged files.",
        remedy: "Check its disk or storage, and follow the instructions of restic for repairing a repository.",
    },
    "repository-locked": {
        meaning: "Another program has locked the repository for more than five minutes.",
        remedy: "Wait until that program has finished; if it no longer exists, remove its lock with `restic unlock`.",
    },
    "repository-not-found": {
        meaning: "The repository no longer exists at this location, where the backup container created or found it.",
        remedy: "Correct its name or path, mount its disk, or restore its storage; to create a new one, replace the backup container.",
    },
    "repository-not-writable": {
        meaning: "The directory of the repository is not writable.",
        remedy: "Correct the permissions of the directory, or its mount.",
    },
    "repository-password-wrong": {
        meaning: "The repository was created with another password than `encryptionPassword`.",
        remedy: "Set `encryptionPassword` to the password with which the repository was created, without which its backups cannot be read; leave it out if there was none.",
    },
    "repository-unknown": {
        meaning: "The database has no repository with that number.",
        remedy: "Use a number that `redisdb backup list` shows.",
    },
    "repository-unreachable": {
        meaning: "The storage of the repository does not answer.",
        remedy: "Check the address in `repositories`, and the network of the Docker host.",
    },
} as const satisfies Readonly<Record<string, Refusal>>;

export type BackupCode = keyof typeof backupRefusals;
