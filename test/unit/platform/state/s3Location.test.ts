/** The parameters of an S3 backend's URL. */
import { s3Location } from "../../../../provider/platform/state/s3Location";

const plain = {
    forcePathStyle: false,
    useAccelerateEndpoint: false,
    responseChecksumValidation: "WHEN_REQUIRED",
};

test.each([
    ["s3://states", { bucket: "states", prefix: "", client: plain }],
    ["s3://states/", { bucket: "states", prefix: "", client: plain }],
    ["s3://states/teams/eu%20west", { bucket: "states", prefix: "teams/eu west/", client: plain }],
    ["s3://states/teams/", { bucket: "states", prefix: "teams/", client: plain }],
    [
        "s3://states?region=eu-central-1&profile=ops&awssdk=v2",
        { bucket: "states", prefix: "", client: { ...plain, region: "eu-central-1", profile: "ops" } },
    ],
    [
        "s3://states?endpoint=minio.example.com:9000&s3ForcePathStyle=true",
        { client: { ...plain, endpoint: "https://minio.example.com:9000", forcePathStyle: true } },
    ],
    [
        "s3://states?endpoint=minio:9000&disableSSL=true&use_path_style=1",
        { client: { ...plain, endpoint: "http://minio:9000", forcePathStyle: true } },
    ],
    [
        "s3://states?endpoint=http://minio:9000&hostname_immutable=true",
        { client: { ...plain, endpoint: "http://minio:9000", forcePathStyle: true } },
    ],
    [
        "s3://states?dualstack=true&fips=true&accelerate=true",
        {
            client: { ...plain, useAccelerateEndpoint: true, useDualstackEndpoint: true, useFipsEndpoint: true },
        },
    ],
])("%s", (url, expected) => {
    expect(s3Location(url, {})).toMatchObject(expected);
    expect(s3Location(url, {})?.client).toStrictEqual(expected.client);
});

test("the region comes from the URL, or from the variables that the CLI reads", () => {
    const regionOf = (url: string, env: NodeJS.ProcessEnv) => s3Location(url, env)?.client.region;
    const both = { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-2" };
    expect(regionOf("s3://states?region=eu-central-1", both)).toBe("eu-central-1");
    expect(regionOf("s3://states", both)).toBe("eu-west-1");
    expect(regionOf("s3://states", { AWS_DEFAULT_REGION: "eu-west-2" })).toBe("eu-west-2");
});

test.each(["role=arn:aws:iam::1:role/ops", "anonymous=true", "unknown=1"])(
    "a URL with %s is left to the CLI",
    (parameter) => {
        expect(s3Location(`s3://states?${parameter}`, {})).toBeUndefined();
    },
);
