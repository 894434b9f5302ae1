/** What a backend URL such as `s3://bucket/folder?region=eu-central-1` means. The CLI reads the same parameters. */
import type { S3ClientConfig } from "@aws-sdk/client-s3";

export interface S3Location {
    readonly bucket: string;
    /** Empty, or ends with a slash. */
    readonly prefix: string;
    readonly client: S3ClientConfig;
}

/** Parameters that this client supports, and after them those that concern only the CLI's own requests. */
const known = [
    "accelerate",
    "disableSSL",
    "disable_https",
    "dualstack",
    "endpoint",
    "fips",
    "hostname_immutable",
    "profile",
    "region",
    "s3ForcePathStyle",
    "use_path_style",
    ...["awssdk", "kmskeyid", "rate_limiter_capacity", "request_checksum_calculation"],
    ...["response_checksum_validation", "ssetype"],
];

/** Undefined if the URL has parameters that only the CLI supports, such as `role`. */
export function s3Location(backendUrl: string, env: NodeJS.ProcessEnv = process.env): S3Location | undefined {
    const { hostname, pathname, searchParams } = new URL(backendUrl);
    if ([...searchParams.keys()].some((name) => !known.includes(name))) return undefined;
    const text = (name: string) => searchParams.get(name) ?? undefined;
    const isSet = (name: string) => ["1", "t", "true"].includes(text(name)?.toLowerCase() ?? "");
    const folder = decodeURIComponent(pathname).replace(/^\/+/, "");
    const endpoint = text("endpoint");
    const client: S3ClientConfig = {
        // The CLI reads both variables, this client only the first.
        region: text("region") ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION,
        profile: text("profile"),
        endpoint: endpoint && withScheme(endpoint, isSet("disableSSL")),
        forcePathStyle: isSet("s3ForcePathStyle") || isSet("use_path_style") || isSet("hostname_immutable"),
        useAccelerateEndpoint: isSet("accelerate"),
        useDualstackEndpoint: isSet("dualstack") || undefined,
        useFipsEndpoint: isSet("fips") || undefined,
        // To compute a checksum of each state in JavaScript would add seconds to a listing of 1,000.
        responseChecksumValidation: "WHEN_REQUIRED",
    };
    return {
        bucket: hostname,
        prefix: folder === "" || folder.endsWith("/") ? folder : `${folder}/`,
        // The client looks for the profile and the region elsewhere only if the properties are missing.
        client: Object.fromEntries(Object.entries(client).filter(([, value]) => value !== undefined)),
    };
}

function withScheme(endpoint: string, plaintext: boolean): string {
    return endpoint.includes("://") ? endpoint : `${plaintext ? "http" : "https"}://${endpoint}`;
}
