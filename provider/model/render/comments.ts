/** Comments in generated files and scripts, which only readers of this repository need. */

/**
 * Removes comment lines. The state contains these texts, and HAProxy's container is replaced when its configuration changes,
 * so a reworded comment must make no difference.
 */
export function withoutComments(text: string): string {
    return text.replace(/^ *#(?!!).*\n/gm, "");
}
