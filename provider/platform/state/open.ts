/** Opens the backend of a URL. */
import { type Settings, pathOf } from "../options";
import type { StateBackend } from "./backend";
import { CliBackend } from "./cliBackend";
import { FileBucket } from "./fileBucket";
import { S3Bucket } from "./s3Bucket";
import { s3Location } from "./s3Location";
import { SelfManagedBackend } from "./selfManagedBackend";

export function openBackend(settings: Settings): StateBackend {
    const { backendUrl, project } = settings;
    if (backendUrl.startsWith("file://")) return new SelfManagedBackend(new FileBucket(pathOf(backendUrl)), project);
    const location = backendUrl.startsWith("s3://") ? s3Location(backendUrl) : undefined;
    return location ? new SelfManagedBackend(new S3Bucket(location), project) : new CliBackend(settings);
}
