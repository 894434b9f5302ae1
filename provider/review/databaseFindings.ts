/** The findings about one database or replica. */
import { isEveryAddress, mayBePublic } from "../model/arguments/endpoints";
import { isPastEndOfLife } from "../model/catalog/listVersions";
import { tlsProtocols } from "../model/catalog/tlsProtocols";
import { nameOf, releaseOf, versions } from "../model/catalog/versions";
import { hasUsers, leavesLess } from "../model/changes/consequences";
import type { Described } from "../model/changes/describe";
import { maxmemoryOf } from "../model/sizing/memory";
import type { Change } from "./change";
import { type Component, child, renewsCertificate, rotatesPassword } from "./components";
import { type Finding, type Subject, about } from "./finding";
import { deletes, replaces } from "./operations";
import type { Step } from "./preview";
import type { ReviewFinding } from "./report";
import { protectionFindings, volumeFindings } from "./resourceFindings";
import { ruleOf } from "./rules/index";

/** `today` is compared with the end-of-life dates. */
export function databaseFindings(
    component: Component,
    change: Change,
    subject: Subject,
    today: Date,
): readonly ReviewFinding[] {
    const finding = about(subject);
    if (component.own && deletes(component.own)) return deletionFindings(component, change, subject);
    // The update does not take place, and the error of the preview says why.
    if (change.explanation?.effect === "refused") return [];
    return combined([
        ...(change.explanation?.losses ?? []).map(({ code, text }) => finding(code, text)),
        ...stepFindings(component, change, subject),
        ...(change.after ? securityFindings(change.before, change.after, finding) : []),
        ...(change.after ? capacityFindings(change.before, change.after, finding) : []),
        ...(change.after ? versionFindings(change.before, change.after, today, finding) : []),
        ...(change.limits !== undefined ? [finding("limits-changed", change.limits)] : []),
        ...knowledgeFindings(change, finding),
    ]);
}

/** One finding for each rule, with all its messages. */
function combined(findings: readonly ReviewFinding[]): ReviewFinding[] {
    const byCode = new Map<string, ReviewFinding>();
    for (const finding of findings) {
        const found = byCode.get(finding.code);
        byCode.set(finding.code, found ? { ...found, message: `${found.message}; ${finding.message}` } : finding);
    }
    return [...byCode.values()];
}

/** Where the data of a deleted database stays; `undefined` if it is deleted. */
export function locationKept(component: Component, { before }: Change): string | undefined {
    if (before?.spec.flavor === "nordb") return undefined;
    const volume = component.children.find(({ name }) => name === `${component.name}-data`);
    if (volume?.old?.retainOnDelete) return "its volume, which Pulumi only forgets";
    if (volume || !before?.spec.data) return undefined;
    const { volume: given, hostPath } = before.spec.data;
    return given === undefined ? (hostPath ?? "its directory") : `the volume ${given}`;
}

/** Whether it is a replica that is not promoted, and not the primary of its group. */
export function isFollower({ kind }: Component, { before }: Change): boolean {
    return kind === "RedisReplica" && before?.spec.replica?.primary !== undefined;
}

function deletionFindings(component: Component, change: Change, subject: Subject): ReviewFinding[] {
    const finding = about(subject);
    const kept = locationKept(component, change);
    const hasServer = component.children.some(({ name }) => name === `${component.name}-server`);
    if (change.incomplete && !hasServer)
        return [finding("first-update-incomplete", "its server was never created, so there is no data to lose")];
    return [
        isFollower(component, change)
            ? finding("replica-removed", "the replica is deleted with its copy of the data")
            : kept !== undefined
              ? finding("server-deleted", `the server is deleted; its data stays in ${kept}`)
              : finding("database-deleted", "the database is deleted with all its data"),
        ...protectionFindings(stepsOf(component), finding),
    ];
}

/** The steps of the component and of its resources, without its record. */
function stepsOf({ own, children }: Component): readonly Step[] {
    return own ? [own, ...children] : children;
}

/** What the steps of the resources say, whatever the arguments do: options such as `transform` are not recorded. */
function stepFindings(component: Component, change: Change, subject: Subject): ReviewFinding[] {
    const finding = about(subject);
    const [server, haproxy, volume, settings] = ["server", "terminator", "data", "settings"].map((suffix) =>
        child(component, suffix),
    );
    const isReplaced = (step: Step | undefined) => step !== undefined && replaces(step);
    // The protection of a database also protects its resources, and has a rule of its own.
    const hasOwnRule = change.explanation?.losses.some(({ code }) => code === "protection-lifted") ?? false;
    const protection = protectionFindings(stepsOf(component), finding);
    const effect = change.explanation?.effect;
    return [
        ...(volume ? volumeFindings(volume, finding) : []),
        ...(effect === "replaced" || isReplaced(server) || isReplaced(settings)
            ? [finding("server-replaced", "the server is replaced, and clients reconnect once")]
            : []),
        ...(effect === "terminator" || isReplaced(haproxy)
            ? [finding("haproxy-replaced", "HAProxy is replaced, and TLS clients reconnect once")]
            : []),
        ...protection.filter(({ code }) => !(hasOwnRule && code === ruleOf("protect-lifted").code)),
        ...(change.explanation?.rows.some(({ id }) => id === "userRules")
            ? [finding("user-rules-changed", "the new rules of a user apply at once; what they do not allow fails")]
            : []),
        ...automaticFindings(component, change, finding),
    ];
}

/** Changes for which no argument asks: certificates expire, and passwords are due. */
function automaticFindings(
    component: Component,
    { explanation, after }: Change,
    finding: Finding,
): readonly ReviewFinding[] {
    if (component.own?.operation === "create") return [];
    const applies = (...rows: readonly string[]) => explanation?.rows.some(({ id }) => rows.includes(id)) ?? false;
    // On another network, the certificate gets another name.
    const renews =
        renewsCertificate(component) && !applies("certificate", "ca", "container", "terminator", "renamedOnNetwork");
    const rotates = rotatesPassword(component) && !applies("password");
    return [
        ...(renews
            ? [finding("certificate-renewed", "its certificate is renewed automatically; clients stay connected")]
            : []),
        ...(rotates ? [finding("password-rotated", "its password is rotated as scheduled")] : []),
        ...(rotates && after?.spec.passwordGraceHours === 0
            ? [finding("password-stops-working", "the old password stops working at once (passwordGraceHours 0)")]
            : []),
    ];
}

function securityFindings(before: Described | undefined, { spec, args }: Described, finding: Finding): ReviewFinding[] {
    const isPublic = ({ bindAddress }: { bindAddress: string }) =>
        isEveryAddress(bindAddress) || mayBePublic(bindAddress);
    const wasPublic = before !== undefined && isPublic(before.spec);
    const oldest = (protocols: readonly string[]) =>
        Math.min(...protocols.map((each) => tlsProtocols.findIndex((protocol) => protocol === each)));
    const accepted = before?.spec.tls.protocols ?? ["TLSv1.2"];
    const weaker = spec.tls.protocols.filter((each) => oldest([each]) < oldest(accepted));
    const needsCertificate = (described: Described | undefined) =>
        (described?.args.tls as { clientAuth?: unknown } | undefined)?.clientAuth !== undefined;
    return [
        ...(before && !before.spec.plaintext && spec.plaintext
            ? [finding("plaintext-opened", "the plaintext port is opened")]
            : []),
        ...(isPublic(spec) && !(wasPublic && before.spec.bindAddress === spec.bindAddress)
            ? [
                  finding(
                      "public-address",
                      `the server is bound to ${isEveryAddress(spec.bindAddress) ? "all addresses of the Docker host" : `${spec.bindAddress}, which may be public`}${spec.plaintext ? ", also without TLS" : ""}`,
                  ),
              ]
            : []),
        ...(weaker.length > 0 ? [finding("tls-weakened", `the TLS port also accepts ${weaker.join(" and ")}`)] : []),
        ...(needsCertificate(before) && !needsCertificate({ spec, args, format: 0 })
            ? [finding("client-certificates-not-required", "clients no longer need a certificate")]
            : []),
    ];
}

function capacityFindings(before: Described | undefined, after: Described, finding: Finding): ReviewFinding[] {
    if (!before) return [];
    const [disk, newDisk] = [before.spec.diskSizeGb, after.spec.diskSizeGb];
    return [
        ...(leavesLess(before, after)
            ? [
                  finding(
                      "less-room-for-data",
                      `maxmemory ${maxmemoryOf(before.spec)} → ${maxmemoryOf(after.spec)} MiB; the update is refused if the data does not fit, unless keys may be evicted`,
                  ),
              ]
            : []),
        ...(newDisk !== undefined && (disk === undefined || newDisk < disk)
            ? [finding("less-room-for-data", `the disk is limited to ${newDisk} GB`)]
            : []),
        ...(disk !== undefined && newDisk !== disk && after.spec.data === undefined
            ? [finding("quota-unchanged", "an existing volume keeps the quota with which it was created")]
            : []),
    ];
}

const soonMs = 180 * 24 * 3600 * 1000;

function versionFindings(before: Described | undefined, { spec }: Described, today: Date, finding: Finding) {
    const release = releaseOf(spec);
    const name = nameOf(release);
    const ends = versions[release].endOfLife ?? "";
    // Otherwise, every other change of such a database would be reported.
    const isChosen = !before || releaseOf(before.spec) !== release;
    return [
        ...(isPastEndOfLife(release, today)
            ? [finding("version-ended", `${name} reached end of life on ${ends}`)]
            : isChosen && isPastEndOfLife(release, new Date(today.getTime() + soonMs))
              ? [finding("version-ends-soon", `${name} reaches end of life on ${ends}`)]
              : []),
        ...(before && releaseOf(before.spec) !== release
            ? [
                  finding(
                      "upgrade-is-final",
                      `a downgrade to ${nameOf(releaseOf(before.spec))} is not possible afterwards`,
                  ),
              ]
            : []),
        ...(!before && spec.flavor === "nordb"
            ? [finding("memory-only", "it keeps its data in memory only, so a restart loses all data")]
            : []),
    ];
}

/** What the review cannot see. A hidden change of a password is judged as one, since it may be one. */
function knowledgeFindings(
    { explanation, unknown, secrets, secretChanged, incomplete, before, after }: Change,
    finding: Finding,
): ReviewFinding[] {
    const mayBePassword = secretChanged && !explanation && secrets.some((path) => /(^|\.)password$/.test(path));
    const endsAtOnce = after !== undefined && (after.spec.passwordGraceHours === 0 || !hasUsers(after));
    return [
        ...(mayBePassword && endsAtOnce
            ? [
                  finding(
                      "password-stops-working",
                      "a secret argument changes; if it is a password, the old one stops working at once",
                  ),
              ]
            : []),
        ...(incomplete
            ? [finding("first-update-incomplete", "its first update did not complete; this one continues it")]
            : []),
        ...(before && unknown.length > 0
            ? [finding("value-unknown", `${unknown.join(", ")}: known only during the update`)]
            : []),
        ...(secretChanged
            ? [
                  finding(
                      "secret-changed",
                      `a secret argument changes (${secrets.join(" or ")}); the preview hides its value`,
                  ),
              ]
            : []),
    ];
}
