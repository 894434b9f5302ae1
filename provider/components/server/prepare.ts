/** The first of three steps to create a server: everything that its containers and other servers need. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { ServerPlan } from "../../model/plan";
import { type DockerHost, containerType } from "../dockerHost";
import type { Owner } from "../hooks/owner";
import type { Review } from "../hooks/review";
import type { Identity } from "../inputs";
import type { DatabaseTransforms } from "../transforms";
import { type Certificates, type OwnCertificates, createCertificates } from "./certificates";
import { Children, type PlannedChild } from "./children";
import { type ContainerHooks, containerHooks } from "./container";
import { planHaproxy } from "./haproxy";
import { type OwnPasswords, type Passwords, createPasswords } from "./passwords";
import { type Ports, choosePorts } from "./ports";
import { type PlannedBackup, planBackup } from "../backup/container";
import { type ResticFiles, createResticFiles } from "../backup/restic";
import { type OwnRestoreSecrets, createRestore } from "../restore/restore";
import { type PlannedServer, planServerContainer } from "./server";
import type { Specification } from "./specification";
import { type Volumes, createSettingsVolume, createVolumes } from "./volumes";

/** Secrets that the program sets. The specification does not contain them. */
export interface OwnSecrets extends OwnCertificates, OwnPasswords {
    readonly restoreFrom?: OwnRestoreSecrets;
    /** The argument `backup`, which contains secrets. */
    readonly backup?: unknown;
}

/** A request to create a server. */
export interface ServerRequest {
    readonly identity: Identity;
    /** The inputs that the component records in the state. */
    readonly inputs: pulumi.Inputs;
    readonly plan: ServerPlan;
    readonly spec: Specification;
    readonly secrets: OwnSecrets;
    readonly transform?: DatabaseTransforms;
}

/** A server whose containers have not been created yet. */
export interface PreparedServer extends PlannedServer {
    readonly component: pulumi.ComponentResource;
    readonly review: Review;
    readonly inputs: pulumi.Inputs;
    readonly plan: ServerPlan;
    readonly spec: Specification;
    readonly secrets: OwnSecrets;
    readonly dockerHost: DockerHost;
    readonly owner: Owner;
    readonly children: Children;
    readonly hooks: ContainerHooks;
    readonly volumes: Volumes;
    readonly ports: Ports;
    readonly passwords: Passwords;
    readonly certificates: Certificates;
    /** Absent if nothing needs restic. */
    readonly resticFiles?: ResticFiles;
    /** Absent without the argument `backup`. */
    readonly backup?: PlannedBackup;
    /** Restores data before the agent starts. Absent if the database starts empty. */
    readonly restore?: docker.Container;
    /** HAProxy, which terminates TLS before 6.0. Absent from 6.0 on. */
    readonly haproxy?: PlannedChild<docker.ContainerArgs>;
}

export function prepareServer(
    component: pulumi.ComponentResource,
    request: ServerRequest,
    { hooks: ownHooks, review }: Pick<PreparedServer, "review"> & Pick<Owner, "hooks">,
): PreparedServer {
    const { inputs, plan, spec, secrets, transform } = request;
    const dockerHost = component.getProvider(containerType);
    const owner = { urn: component.urn, dockerHost, hooks: ownHooks };
    const children = new Children(component, plan.name, spec.resolved, transform);
    const hooks = containerHooks(owner);
    const settings = createSettingsVolume(children, plan);
    const ports = choosePorts(children, plan, spec, owner);
    const passwords = createPasswords(children, plan, spec, secrets, settings.madeAs);
    const certificates = createCertificates(children, plan, spec, secrets, settings.aliases);
    const volumes = createVolumes(children, plan, spec, owner, settings);
    const planned = planServerContainer(children, spec, { volumes, ports, hooks, owner });
    const resticFiles = createResticFiles(plan, { children, spec, hooks });
    const parts = { children, spec, volumes, hooks, owner, resticFiles };
    const backup = planBackup(plan, { ...parts, given: secrets.backup });
    const restore = createRestore(children, plan, spec, secrets.restoreFrom, { volumes, hooks, owner, resticFiles });
    const haproxy = plan.haproxy ? planHaproxy(children, spec, { volumes, ports, hooks }) : undefined;
    return {
        component,
        review,
        inputs,
        plan,
        spec,
        secrets,
        dockerHost,
        owner,
        children,
        hooks,
        volumes,
        ports,
        passwords,
        certificates,
        ...planned,
        ...(resticFiles && { resticFiles }),
        ...(backup && { backup }),
        ...(restore && { restore }),
        ...(haproxy && { haproxy }),
    };
}
