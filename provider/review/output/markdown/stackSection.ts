/** What a comment says about one stack. */
import type { RawChange, ReviewFinding, ReviewedDatabase, StackReview } from "../../report";
import { bySeverityInWords, counted, groupedByUrn, isAffected } from "../counts";
import { lineIn } from "../location";
import type { Detail } from "./detail";
import { diagram } from "./diagram";
import { block, code, prose, row } from "./escape";
import type { CodeHost } from "./hosts";
import { joined, stackName } from "./summary";

type Fails = (finding: ReviewFinding) => boolean;

/** The parts of a section, which blank lines separate. */
export function stackSection(stack: StackReview, fails: Fails, detail: Detail, host: CodeHost): string[] {
    const parts = [
        ...databaseTable(stack, fails, detail),
        ...findingList(stack, fails, detail),
        ...(detail.diagrams && host.diagrams ? diagram(stack) : []),
        ...resourceCounts(stack),
        ...(detail.rawChanges ? rawChanges(stack) : []),
    ];
    if (parts.length === 0) return [`### ${stackName(stack)}: ${stack.status}`];
    return [`### ${stackName(stack)}`, ...parts];
}

/** The stack in one list item. */
export function stackLine(stack: StackReview, fails: Fails): string {
    const failing = stack.findings.filter(fails);
    const others = stack.findings.length - failing.length;
    const facts = [
        failing.length > 0 ? `✖ ${counted(failing.length, "failing finding")} (${bySeverityInWords(failing)})` : "",
        others > 0 ? counted(others, "other finding") : "",
        counted(stack.databases.filter(isAffected).length, "database changes", "databases change"),
    ];
    const words = stack.status === "changed" ? facts.filter(Boolean).join("; ") : stack.status;
    return `- ${stackName(stack)}: ${words}`;
}

function databaseTable({ databases, findings }: StackReview, fails: Fails, detail: Detail): string[] {
    const wanted = databases.filter((each) => detail.unaffected || isAffected(each));
    const shown = wanted.slice(0, detail.perStack);
    if (shown.length === 0) return [];
    const byUrn = groupedByUrn(findings);
    const rows = shown.map((database) => {
        const { name, server, data, clients, urn } = database;
        const effects = [server, data, clients].map((text) => prose(text, 200) || "–");
        return row([
            label(database, name),
            change(database),
            ...effects,
            verdict(database, byUrn.get(urn) ?? [], fails),
        ]);
    });
    const headings = ["Database", "Change", "Server", "Data", "Clients", "Findings"];
    const table = [row(headings), row(headings.map(() => "---")), ...rows].join("\n");
    const more = wanted.length - shown.length;
    return more > 0 ? [table, `… and ${counted(more, "more database")}.`] : [table];
}

function label({ kind, database }: ReviewedDatabase, name: string): string {
    if (kind === "RedisDatabase") return code(name, 80);
    return `${code(name, 80)}, replica${database === undefined ? "" : ` of ${code(database, 80)}`}`;
}

function change({ operation, changes, explanation }: ReviewedDatabase): string {
    if (operation === "unchanged") return "unchanged";
    const shown = changes.slice(0, 10).map((each) => prose(each, 150));
    const more = changes.length > 10 ? [`${changes.length - 10} more`] : [];
    const details = changes.length > 0 ? [...shown, ...more].join("; ") : prose(explanation, 300);
    return details === "" ? `**${operation}**` : `**${operation}**: ${details}`;
}

function verdict({ worst }: ReviewedDatabase, findings: readonly ReviewFinding[], fails: Fails): string {
    if (worst === undefined && findings.length === 0) return "–";
    const codes = [...new Set(findings.map((each) => code(shortCode(each.code))))].slice(0, 5);
    const severity = worst === undefined ? "allowed" : worst;
    return [`${findings.some(fails) ? "✖ " : ""}**${severity}**`, ...codes].join(" ");
}

/** The part of a code after the package's name, which is the same for all. */
const shortCode = (text: string) => text.replace(/^redis-database\//, "");

function findingList(stack: StackReview, fails: Fails, detail: Detail): string[] {
    const wanted = stack.findings.filter(
        (each) => detail.minor || fails(each) || (each.severity !== "info" && each.allowed === undefined),
    );
    const sorted = [...wanted].sort((one, other) => Number(fails(other)) - Number(fails(one)));
    const shown = sorted.slice(0, detail.perStack);
    const rest = sorted.slice(shown.length);
    const failing = rest.filter(fails).length;
    const words = `- … and ${counted(rest.length, "more finding")}${failing > 0 ? `, of which ${counted(failing, "fails", "fail")} this review` : ""}`;
    return joined([
        ...shown.map((each) => finding(stack, each, fails(each), detail)),
        ...(rest.length > 0 ? [words] : []),
    ]);
}

function finding(stack: StackReview, each: ReviewFinding, failing: boolean, { remedies }: Detail): string {
    const { code: rule, severity, resource, message, remedy, source, allowed } = each;
    const line = source && lineIn(stack, source);
    const where = line ? ` (${code(`${line.file}:${line.line}`, 160)})` : "";
    const sign = failing ? "✖ " : allowed ? "✔ allowed: " : "";
    return [
        `- ${sign}**${severity}** ${code(rule)}: ${prose(resource, 160)}: ${prose(message)}${where}`,
        ...(allowed
            ? [`  - Allowed until ${prose(allowed.expires, 40)}: ${prose(allowed.reason, 300)}`]
            : remedies
              ? [`  - Safe way: ${prose(remedy)}`]
              : []),
    ].join("\n");
}

function resourceCounts({ counts }: StackReview): string[] {
    const entries = Object.entries(counts).filter(([, count]) => count > 0);
    if (entries.length === 0) return [];
    const words = entries.slice(0, 20).map(([operation, count]) => `${prose(operation, 40)} ${count}`);
    return [`Resources: ${words.join(", ")}`];
}

function rawChanges({ rawChanges: all }: StackReview): string[] {
    if (all.length === 0) return [];
    const title = `Raw changes of ${counted(all.length, "resource")}`;
    return [`<details><summary>${title}</summary>`, block(all.flatMap(rawLines), "text"), "</details>"];
}

function rawLines({ operation, type, name, differences, replacedBecauseOf }: RawChange): string[] {
    const reason = replacedBecauseOf.length > 0 ? ` (because of ${replacedBecauseOf.slice(0, 10).join(", ")})` : "";
    const shown = differences.slice(0, 30).map((each) => `    ${each}`);
    const more = differences.length > 30 ? [`    … and ${differences.length - 30} more properties`] : [];
    return [`${operation} ${type} ${name}${reason}`, ...shown, ...more];
}
