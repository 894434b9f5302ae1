/** Opens the backend of a URL. */
import { PlatformError } from "../errors";
import { type Settings, pathOf } from "../options";
import type { StateBackend } from "./backend";
import { FileBackend } from "./fileBackend";

export function openBackend({ backendUrl, project }: Settings): StateBackend {
    if (backendUrl.startsWith("file://")) return new FileBackend(pathOf(backendUrl), project);
    throw new PlatformError(
        "backend-unreachable",
        `the backend ${backendUrl} is not supported`,
        "use a file:// URL",
        {},
    );
}
