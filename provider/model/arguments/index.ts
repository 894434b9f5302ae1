/** All arguments by component, the rules between them, and the problems that the rules report. */
import { backupArguments, backupProblems, backupRules } from "./backup";
import { configArguments, configRules } from "./config";
import { directiveProblems } from "./directiveChecks";
import type { Definition, Definitions, Kind, Rule } from "./definition";
import { endpointArguments, endpointProblems, endpointRules } from "./endpoints";
import { engineArguments, engineProblems, engineRules } from "./engine";
import { problem } from "../findings";
import { nameProblems } from "./names";
import { memoryArguments, memoryProblems, memoryRules } from "./memory";
import { operationArguments } from "./operations";
import { optionProblems } from "./options";
import { passwordArguments, passwordProblems, passwordRules } from "./passwords";
import { dataArguments, persistenceArguments, persistenceProblems, persistenceRules } from "./persistence";
import { diskProblems } from "../sizing/disk";
import { followingRules } from "./followingRules";
import { restoreArguments, restoreProblems, restoreRules } from "./restore";
import { followingArguments, groupArguments, replicationProblems } from "./replication";
import { tlsArguments, tlsProblems, tlsRules } from "./tls";
import { userArguments, userProblems, userRules } from "./users";

/** Arguments of both components. */
export const serverArguments = {
    ...engineArguments,
    ...memoryArguments,
    ...persistenceArguments,
    ...endpointArguments,
    ...passwordArguments,
    ...userArguments,
    ...tlsArguments,
    ...configArguments,
    ...backupArguments,
    ...operationArguments,
};

export const databaseArguments = { ...serverArguments, ...dataArguments, ...restoreArguments, ...groupArguments };
export const replicaArguments = { ...serverArguments, ...followingArguments };

export const definitions: Readonly<Record<Kind, Definitions>> = {
    RedisDatabase: databaseArguments,
    RedisReplica: replicaArguments,
};

const serverRules = [
    ...engineRules,
    ...configRules,
    ...endpointRules,
    ...memoryRules,
    ...persistenceRules,
    ...passwordRules,
    ...userRules,
    ...tlsRules,
    ...backupRules,
];

export const rules: Readonly<Record<Kind, readonly Rule[]>> = {
    RedisDatabase: [...serverRules, ...restoreRules],
    RedisReplica: [...serverRules, ...followingRules],
};

export const mustBePlain = problem(
    "must-be-plain",
    "The argument is an Output, but it determines which resources exist, so its value must be known when the program runs.",
    "give a plain value",
);

export const unknownProperty = problem(
    "unknown-property",
    "The component has no such argument.",
    "use the name that the message suggests; docs/arguments.md lists all arguments",
);

/** The problems of rules, and those of single arguments that do not come from a schema. */
export const argumentProblems = [
    engineProblems,
    memoryProblems,
    persistenceProblems,
    diskProblems,
    endpointProblems,
    nameProblems,
    passwordProblems,
    userProblems,
    tlsProblems,
    backupProblems,
    directiveProblems,
    replicationProblems,
    restoreProblems,
    optionProblems,
    { mustBePlain, unknownProperty },
].flatMap((problems) => Object.values(problems));

/** The names of a component's arguments. */
export function argumentNames(kind: Kind): string[] {
    return Object.keys(definitions[kind]);
}

/** The definition at a path such as `["tls", "ca", "keyPem"]`; numbers are indexes of a list. */
export function definitionAt(kind: Kind, path: readonly PropertyKey[]): Definition | undefined {
    const [name, ...rest] = path;
    let found = ownMember(definitions[kind], String(name));
    for (const key of rest) {
        found = typeof key === "number" ? (found?.element ?? found) : ownMember(found?.members, String(key));
    }
    return found;
}

/** Every object also has a `constructor`, which is no argument. */
function ownMember(members: Definitions | undefined, name: string): Definition | undefined {
    return members && Object.hasOwn(members, name) ? members[name] : undefined;
}

/** Whether an argument contains a secret, which may then also be in a value of the wrong type. */
export function holdsSecret(definition: Definition): boolean {
    return (
        definition.secret === true ||
        definition.secretKey !== undefined ||
        Object.values(definition.members ?? definition.element?.members ?? {}).some(holdsSecret)
    );
}
