/** A review as JUnit XML: a suite per stack, and a case per finding and per database without findings. */
import type { Review, ReviewFinding, StackReview } from "../report";
import { oneLine } from "./clean";
import { failureTest } from "./counts";
import { lineIn } from "./location";

type Attributes = Readonly<Record<string, string | number>>;

export function junit(review: Review): string {
    const fails = failureTest(review);
    const suites = review.stacks.map((stack) => suite(stack, fails));
    const root = element(
        "testsuites",
        { name: "redisdb review", ...sum(suites) },
        suites.map(({ xml }) => xml),
    );
    return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

interface Suite {
    readonly tests: number;
    readonly failures: number;
    readonly errors: number;
    readonly skipped: number;
    readonly xml: string;
}

function suite(stack: StackReview, fails: (finding: ReviewFinding) => boolean): Suite {
    const { status, databases, findings } = stack;
    const withFindings = new Set(findings.map(({ urn }) => urn));
    const calm = databases.filter(({ urn }) => !withFindings.has(urn));
    const cases = [
        ...(status === "failed" ? [failedPreview(stack)] : []),
        ...findings.map((finding) => findingCase(stack, finding, fails(finding))),
        ...calm.map(({ kind, name, operation }) =>
            element("testcase", { classname: `${kind} "${name}"`, name: `no findings (${operation})` }, []),
        ),
    ];
    const counts = {
        tests: cases.length,
        failures: findings.filter(fails).length,
        errors: status === "failed" ? 1 : 0,
        skipped: findings.filter(({ allowed }) => allowed).length,
    };
    const where = stack.folder === "." ? "" : ` in ${stack.folder}`;
    return {
        ...counts,
        xml: element("testsuite", { name: `${stack.project}/${stack.stack}${where}`, ...counts }, cases),
    };
}

function sum(suites: readonly Suite[]): Attributes {
    const total = (count: "tests" | "failures" | "errors" | "skipped") =>
        suites.reduce((all, each) => all + each[count], 0);
    return { tests: total("tests"), failures: total("failures"), errors: total("errors"), skipped: total("skipped") };
}

function failedPreview({ errors }: StackReview): string {
    const [first = "The preview has no error message."] = errors;
    const text = errors.slice(0, 100).map((error) => escape(oneLine(error, 1000)));
    return element("testcase", { classname: "preview", name: "preview" }, [
        element("error", { message: first, type: "preview-failed" }, text),
    ]);
}

function findingCase(stack: StackReview, finding: ReviewFinding, failing: boolean): string {
    const { code, severity, resource, message, remedy, source, allowed } = finding;
    const line = source && lineIn(stack, source);
    const text = escape(oneLine(`${message}. Safe way: ${remedy}`, 1000));
    const content = allowed
        ? element("skipped", { message: `allowed until ${allowed.expires}: ${allowed.reason}` }, [])
        : failing
          ? element("failure", { message, type: severity }, [text])
          : element("system-out", {}, [`${severity}: ${text}`]);
    const place: Attributes = line ? { file: line.file, line: line.line } : {};
    return element("testcase", { classname: resource, name: code, ...place }, [content]);
}

/** An element whose content is escaped already. */
function element(name: string, attributes: Attributes, content: readonly string[]): string {
    const written = Object.entries(attributes).map(
        ([key, value]) => ` ${key}="${escape(oneLine(String(value), 500))}"`,
    );
    const start = `<${name}${written.join("")}`;
    return content.length === 0 ? `${start}/>` : `${start}>${content.join("\n")}</${name}>`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text of which `oneLine` has removed the control characters, which XML cannot contain even as entities. */
const escape = (text: string) =>
    text.replace(/[\uFFFE\uFFFF]/g, "�").replace(/[&<>"]/g, (sign) => entities[sign] ?? "");
