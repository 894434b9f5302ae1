/** The token that every request to the API must have. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";

/** Reads the token. The first start creates it, and prints it once. */
export function readToken(file: string): string {
    if (!existsSync(file)) {
        const token = randomBytes(32).toString("base64url");
        writeFileSync(file, token, { mode: 0o600, flag: "wx" });
        console.log(`The token, which is also in ${file}: ${token}`);
    }
    if ((statSync(file).mode & 0o077) !== 0) {
        throw new Error(`${file} is readable by other users; run chmod 600 ${file}, then start the portal again`);
    }
    const token = readFileSync(file, "utf8").trim();
    if (token === "") throw new Error(`${file} is empty; delete it, then start the portal again`);
    return token;
}
