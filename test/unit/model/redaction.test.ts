/** Secrets in lines that Redis repeats are removed. */
import { redact } from "../../../provider/model/redaction";

const hash = "0123456789abcdef".repeat(4);

test.each([
    [`>>> 'requirepass "a \\" b"'`, ">>> 'requirepass (secret)'"],
    ["masterauth hunter2", "masterauth (secret)"],
    [`masterauth "half of it`, "masterauth (secret)"],
    [`>>> 'tls-key-file-pass hunter2'`, ">>> 'tls-key-file-pass (secret)"],
    [`user app on #${hash} ~* +@all`, "user app on (secret) ~* +@all"],
    [
        "the running server does not accept masterauth: ERR wrong",
        "the running server does not accept masterauth: ERR wrong",
    ],
    ["port 6379 is taken", "port 6379 is taken"],
])("%s", (line, shown) => {
    expect(redact(line)).toBe(shown);
});
