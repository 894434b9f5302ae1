/** All errors that the package reports. */
import { hasNoValue, singleArgumentProblems } from "./arguments/check";
import { argumentProblems } from "./arguments/index";
import { backupRefusals } from "./backupRefusals";
import { changeProblems } from "./changes/problems";
import { dockerProblems } from "./dockerRefusals";
import { type Finding, type Problem, problem } from "./findings";
import { agentRefusals } from "./refusals";
import { transformProblems } from "./render/containerArguments";
import { restoreRefusals } from "./restoreRefusals";
import { clientProblems } from "./sizing/clients";

/** One entry for each code. */
export function allProblems(): Problem[] {
    const refusals = { ...agentRefusals, ...backupRefusals, ...restoreRefusals };
    const refused = Object.entries(refusals).map(([code, { meaning, remedy }]) => problem(code, meaning, remedy));
    return [
        ...singleArgumentProblems(),
        ...argumentProblems,
        ...Object.values(clientProblems),
        ...Object.values(transformProblems),
        ...Object.values(changeProblems),
        ...Object.values(dockerProblems),
        ...refused,
    ];
}

/** A finding without values, for where a value may be a secret: only the general text for its code. */
export function withoutValues({ code, path, problem: found, remedy }: Finding): Finding {
    const general = allProblems().find((each) => each.code === code)?.remedy;
    const shown = found === hasNoValue ? found : "is not usable (its value is not shown)";
    return { code, path, problem: shown, remedy: general ?? remedy };
}
