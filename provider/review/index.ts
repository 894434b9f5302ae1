/** The PR check: what a preview will do to servers, data and clients. Reads text, and contacts nothing. */
export { type PreviewOf, type ReviewOptions, reviewPreviews } from "./review";
export { UnreadablePreview, combine, readPreview } from "./reading/read";
export { type Exception, type Exceptions, InvalidExceptions, noExceptions, readExceptions } from "./exceptions";
export { UnknownFailOn, defaultFailOn, parseFailOn } from "./failOn";
export { type Rule, rules } from "./rules/index";
export { type Severity, severities } from "./severity";
export type { Preview } from "./preview";
export type {
    AddedException,
    Operation,
    RawChange,
    Review,
    ReviewFinding,
    ReviewedDatabase,
    SourceLine,
    StackReview,
} from "./report";
