/** Every error that the package reports, by its code. */
import { singleArgumentProblems } from "./arguments/check";
import { argumentProblems } from "./arguments/index";
import { changeProblems } from "./changes/rows";
import type { Problem } from "./findings";

/** Each code has one meaning; the same problem may be found in several places. */
export function allProblems(): Problem[] {
    return [...singleArgumentProblems(), ...argumentProblems, ...Object.values(changeProblems)];
}
