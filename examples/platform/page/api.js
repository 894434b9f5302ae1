/** Calls the portal's API with the token, which stays in this tab: sessionStorage is not shared and ends with the tab. */

const tokenKey = "portal-token";

export const hasToken = () => sessionStorage.getItem(tokenKey) !== null;

/** Stores the token; null removes it. */
export function setToken(token) {
    if (token === null) sessionStorage.removeItem(tokenKey);
    else sessionStorage.setItem(tokenKey, token);
}

/** An answer of the API that reports an error. */
export class ApiError extends Error {
    constructor(status, { code, message, remedy }) {
        super(`${message}. What to do: ${remedy}.`);
        this.status = status;
        this.code = code;
    }
}

/** Sends a request. Returns the answer; throws ApiError. */
export async function call(method, path, body) {
    const response = await send(method, path, body);
    return response.status === 204 ? undefined : response.json();
}

/** The events of an operation, from the first one until it ends. */
export async function* follow(id) {
    const { body } = await send("GET", `operations/${id}/events`);
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let incomplete = "";
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        const events = (incomplete + value).split("\n\n");
        incomplete = events.pop();
        for (const event of events) yield JSON.parse(event.slice("data: ".length));
    }
}

async function send(method, path, body) {
    const response = await fetch(`api/${path}`, {
        method,
        headers: {
            authorization: `Bearer ${sessionStorage.getItem(tokenKey)}`,
            ...(body && { "content-type": "application/json" }),
        },
        body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new ApiError(response.status, await response.json());
    return response;
}
