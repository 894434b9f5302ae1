/** Schemas that arguments share. An error text states what is valid; the words for what is wrong follow from the value. */
import { z } from "zod";
import { canonicalHost } from "../render/canonical";
import { isHost } from "./certificateChecks";
import { type Definition, argument } from "./definition";

export const boolean = z.boolean({ error: "give true or false" });

export function wholeNumber(what: string, min: number, max: number) {
    const error = `give ${what} from ${min} to ${max}`;
    return z.int({ error }).min(min, { error }).max(max, { error });
}

export function numberBetween(error: string, min: number, max: number) {
    return z.number({ error }).min(min, { error }).max(max, { error });
}

/** A number from 1 up, limited only by 32-bit integers. */
export function count(what = "a whole number") {
    return wholeNumber(what, 1, 2 ** 31 - 1);
}

export function days(min: number, max: number) {
    return wholeNumber("a whole number of days", min, max);
}

export function text(error: string, check: (value: string) => boolean = (value) => value.length > 0) {
    return z.string({ error }).refine(check, { error });
}

/** A secret that every server and client accepts. Line breaks and zero bytes end it, or it is rejected. */
export const secretText = text(
    "give a string of at least one character without line breaks, such as 32 random letters and digits",
    (value) => /^[^\r\n\0\p{Surrogate}]+$/u.test(value),
);

export function choice<const T extends readonly string[]>(values: T) {
    return z.enum(values, { error: `give one of ${values.map((value) => `"${value}"`).join(", ")}` });
}

export const host = text(
    'give a DNS name such as "redis.example.com" or an IP address, without port or scheme',
    isHost,
).overwrite(canonicalHost);

export const port = wholeNumber("a port number", 1, 65535);

export const pem = text('give the PEM text, such as readFileSync("ca.pem", "utf8"), not the path of a file', (value) =>
    value.includes("-----BEGIN "),
);

/** Whether a replica may have this name, which becomes part of resource names and of its user's name. */
export function isMemberName(value: string): boolean {
    return /^[a-z][a-z0-9-]{0,39}$/.test(value);
}

export function memberName(of: string) {
    const error = `give the name of ${of}: lowercase letters, digits and hyphens, starting with a letter, such as "reader"`;
    return text(error, isMemberName);
}

type Shape<M extends Readonly<Record<string, Definition>>> = {
    -readonly [K in keyof M]: M[K] extends { readonly required: true } ? M[K]["schema"] : z.ZodOptional<M[K]["schema"]>;
};

/** What to set instead of an invalid value; may depend on that value. */
type Remedy = string | ((wrong: { readonly input?: unknown }) => string);

/** Defines an argument that is an object. `error` is the remedy for a value of another type. */
export function object<
    const M extends Readonly<Record<string, Definition>>,
    const A extends Omit<Definition, "schema" | "members">,
>(error: Remedy, members: M, about: A) {
    return { ...argument(objectSchema(error, members), about), members };
}

function objectSchema<const M extends Readonly<Record<string, Definition>>>(error: Remedy, members: M) {
    const shape = Object.fromEntries(
        Object.entries(members).map(([name, { schema, required }]) => [name, required ? schema : schema.optional()]),
    );
    return z.strictObject(shape as Shape<M>, { error });
}
