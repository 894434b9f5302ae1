/** The stack of one database: the commands of the CLI that operations are made of. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { replicaComponent, replicaNames } from "../../model/arguments/replicaList";
import type { DockerConnection, Settings } from "../options";
import { PlatformError } from "../errors";
import type { StackOutputs } from "../program";
import type { StoredSpecification } from "../specification";
import type { StateBackend } from "../state/backend";
import { type Checkpoint, type SecretsState, type StoredResource, nameOf, parseCheckpoint } from "../state/checkpoint";
import { openBackend } from "../state/open";
import { isStale, locked } from "../state/repair";
import { type Ended, type RunOptions, runPulumi } from "./cli";
import { dockerAnswers, volumesOn } from "./dockerHost";
import { failureOf } from "./failure";
import { type Outcome, Progress, type ProgressEvent } from "./progress";
import { WorkDirectory } from "./workDirectory";

/** Options of every operation that runs Pulumi. */
export interface OperationOptions {
    /**
     * Cancels the operation, which then ends within 10 seconds with the error `cancelled`. Nothing is deleted that was not
     * to be deleted, and the operation can be repeated.
     */
    readonly signal?: AbortSignal;
    /** Receives what happens while it runs. Contains no secrets. */
    readonly onProgress?: (event: ProgressEvent) => void;
}

/** What a command works with. */
interface CommandContext {
    /** How the stack's secrets are encrypted. A command that reads or writes secrets needs it. */
    readonly secrets?: SecretsState | undefined;
    readonly specification?: StoredSpecification | undefined;
    /** For a command that works on resources. */
    readonly progress?: Progress;
}

export class DatabaseStack {
    constructor(
        private readonly settings: Settings,
        private readonly backend: StateBackend,
        readonly handle: string,
    ) {}

    /** The state; undefined if the stack does not exist. */
    async checkpoint(): Promise<Checkpoint | undefined> {
        const content = await this.backend.read(this.handle);
        return content && parseCheckpoint(content);
    }

    async create(options: OperationOptions): Promise<void> {
        try {
            await this.run(["stack", "init", "--secrets-provider", this.settings.secretsProvider], options);
        } catch (error) {
            // Another process may have created it at the same time. Then its lock decides which one may continue.
            const created = (await this.backend.read(this.handle)) !== undefined;
            if (!created || PlatformError.is(error, "cancelled")) throw error;
        }
    }

    /** The stack's outputs, secrets included. `checkpoint` is its state. */
    async outputs(options: OperationOptions, { secrets }: Checkpoint): Promise<StackOutputs> {
        const { stdout } = await this.run(["stack", "output", "--json", "--show-secrets"], options, { secrets });
        return JSON.parse(stdout) as StackOutputs;
    }

    async update(specification: StoredSpecification, options: OperationOptions, ...flags: string[]): Promise<Outcome> {
        await this.settle(specification.docker, options);
        const args = ["up", "--yes", "--skip-preview", "--suppress-outputs", ...flags];
        return this.operate(args, "applying", options, specification);
    }

    /** Like an update, with a new server container of one component. */
    async replaceServer(
        specification: StoredSpecification,
        component: string,
        options: OperationOptions,
    ): Promise<Outcome> {
        const { resources = [] } = (await this.checkpoint()) ?? {};
        const server = resources.find(({ urn }) => nameOf(urn) === `${component}-server`);
        return this.update(specification, options, ...(server ? ["--replace", server.urn] : []));
    }

    async preview(specification: StoredSpecification, options: OperationOptions, ...flags: string[]): Promise<Outcome> {
        return this.operate(["preview", "--suppress-outputs", ...flags], "planning", options, specification);
    }

    /** A preview of a stack that does not exist. It needs a state, so this uses a temporary one. */
    async previewNew(specification: StoredSpecification, options: OperationOptions): Promise<Outcome> {
        const directory = mkdtempSync(join(this.settings.workDirectory, `${process.pid}-`));
        try {
            const backendUrl = pathToFileURL(directory).href;
            const env = { ...this.settings.env, PULUMI_BACKEND_URL: backendUrl };
            const settings = { ...this.settings, backendUrl, env };
            const stack = new DatabaseStack(settings, openBackend(settings), this.handle);
            await stack.create(options);
            return await stack.preview(specification, options);
        } finally {
            rmSync(directory, { recursive: true, force: true });
        }
    }

    /** Gives the stack another name. Its resources keep theirs. */
    async rename(handle: string, options: OperationOptions): Promise<void> {
        const { secrets } = (await this.checkpoint()) ?? {};
        await this.run(["stack", "rename", handle], options, { secrets });
    }

    /** Deletes all resources with the data, and the stack. */
    async destroy(options: OperationOptions): Promise<Outcome> {
        await this.settle(this.settings.docker, options);
        // A protected database can be deleted only after an update without protection, which restarts nothing but could
        // fail for other reasons. The caller of `deprovision` has confirmed the deletion.
        const args = ["destroy", "--yes", "--skip-preview", "--ignore-protect", "--remove"];
        return this.operate(args, "removing", options);
    }

    /** What `destroy` would delete. */
    async planDestroy(options: OperationOptions): Promise<Outcome> {
        return this.operate(["destroy", "--preview-only", "--ignore-protect"], "planning", options);
    }

    /**
     * Removes interrupted creations from the state, which no update does. The components' hooks remove containers that
     * Docker has already created. A volume is only reported: it must not be deleted unless its deletion was requested.
     */
    private async settle(docker: DockerConnection | undefined, options: OperationOptions): Promise<void> {
        const { creating = [], secrets } = (await this.checkpoint()) ?? {};
        if (creating.length === 0) return;
        const existing = await volumesOn(docker).catch((error: unknown) => {
            throw unreachable((error as Error).message);
        });
        await this.run(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"], options, { secrets });
        for (const { urn, inputs } of creating.filter(isUnnamedVolume)) {
            const name = String(inputs?.name);
            if (!existing.includes(name)) continue;
            const text = `an interrupted operation has created the volume ${name}, which nothing uses; remove it with \`docker volume rm ${name}\``;
            const { handle } = this;
            options.onProgress?.({ type: "message", handle, severity: "warning", about: nameOf(urn), text });
        }
    }

    private async operate(
        args: readonly string[],
        phase: "applying" | "planning" | "removing",
        options: OperationOptions,
        specification?: StoredSpecification,
    ): Promise<Outcome> {
        const { resources = [], secrets } = (await this.checkpoint()) ?? {};
        const { onProgress = () => undefined } = options;
        const handles = specification && handlesIn(this.handle, specification);
        const progress = new Progress(this.handle, onProgress, resources.length || undefined, handles);
        progress.phase(phase);
        await this.run(args, options, { secrets, specification, progress });
        return progress.outcome;
    }

    private async run(
        args: readonly string[],
        { signal }: OperationOptions,
        { secrets, specification, progress }: CommandContext = {},
    ): Promise<Ended> {
        const directory = new WorkDirectory(this.settings, this.handle, secrets, specification);
        const options: RunOptions = {
            ...(signal && { signal }),
            ...(progress && { onEvent: progress.add.bind(progress) }),
        };
        try {
            const ended = await runPulumi(this.settings, directory, args, options);
            // It may have finished in spite of a signal.
            if (ended.code === 0) return ended;
            const outcome = progress?.outcome ?? { messages: [], steps: [], changed: [] };
            throw await this.failure(ended, outcome, specification?.docker ?? this.settings.docker);
        } finally {
            directory.remove();
        }
    }

    private async failure(
        ended: Ended,
        outcome: Outcome,
        docker: DockerConnection | undefined,
    ): Promise<PlatformError> {
        const failure = failureOf(this.handle, ended, outcome);
        if (failure.code === "locked") {
            // A lock that was taken after the last check. A stale one may be next to it.
            const locks = await this.backend.locks(this.handle);
            return locked(this.handle, locks.find((each) => !isStale(each)) ?? locks[0]);
        }
        if (failure.code !== "partial" && failure.code !== "backend-unreachable") return failure;
        const problem = await dockerAnswers(docker);
        return problem === undefined ? failure : unreachable(problem);
    }
}

/** The handles of a stack's components: its own, and those of its replicas. */
function handlesIn(stack: string, { name, args }: StoredSpecification): ReadonlyMap<string, string> {
    const replicas = replicaNames(args.replicas).map((replica) => [replicaComponent(name, replica), replica] as const);
    return new Map([[name, stack] as const, ...replicas]);
}

/** Whether Pulumi has generated the name. The next update uses a volume with a name from the arguments. */
function isUnnamedVolume({ type, inputs }: StoredResource): boolean {
    const generated = inputs?.__defaults;
    return type === "docker:index/volume:Volume" && Array.isArray(generated) && generated.includes("name");
}

function unreachable(problem: string): PlatformError {
    return new PlatformError(
        "docker-unreachable",
        `the Docker host does not answer: ${problem}`,
        "start Docker there, or correct the connection, then repeat the operation",
        {},
    );
}
