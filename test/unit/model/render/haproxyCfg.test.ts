/** The configuration of the TLS terminator, and the protocols that it supports. */
import type { PlainArguments } from "../../../../provider/model/arguments/definition";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { checkProtocolRange } from "../../../../provider/model/arguments/tls";
import { tlsProtocols } from "../../../../provider/model/catalog/tlsProtocols";
import { versionNames, versions } from "../../../../provider/model/catalog/versions";
import { haproxyCfg } from "../../../../provider/model/render/haproxyCfg";
import { present } from "../../../support/present";
import { OpenSsl } from "../../support/openssl";

const openssl = new OpenSsl();
afterAll(() => {
    openssl.close();
});

const cfg = (args: PlainArguments) => haproxyCfg(present(resolveArguments({ version: "5.0", ...args }).spec));
const bind = (args: PlainArguments) => / {4}bind :6380 (.*)/.exec(cfg(args))?.[1];

test("haproxy.cfg in full", () => {
    expect(cfg({})).toMatchSnapshot();
});

test.each([
    [["TLSv1.2"], "ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.2"],
    [["TLSv1.3", "TLSv1.2"], "ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.3"],
    [["TLSv1.1", "TLSv1.2"], "ssl-min-ver TLSv1.1 ssl-max-ver TLSv1.2 ciphers DEFAULT:@SECLEVEL=0"],
    [tlsProtocols, "ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.3 ciphers DEFAULT:@SECLEVEL=0"],
])("protocols %j", (protocols, options) => {
    expect(bind({ tls: { protocols } })).toBe(`ssl crt /settings/tls/tls.crt ${options}`);
});

test("clients that must present a certificate", () => {
    const { certPem } = openssl.make({ commonName: "Our CA", ca: true });
    expect(bind({ tls: { clientAuth: { caCertPem: certPem } } })).toMatch(
        / ca-file \/settings\/tls\/ca.crt verify required$/,
    );
    expect(bind({})).not.toContain("verify");
});

test("plaintext goes through HAProxy only on a network", () => {
    expect(cfg({})).not.toContain("bind :6379\n");
    expect(cfg({ network: "backend" })).toContain("bind :6379\n");
    expect(cfg({ network: "backend", plaintext: false })).not.toContain("bind :6379\n");
});

test("protocols must be consecutive, but only before 6.0", () => {
    expect(checkProtocolRange(["TLSv1.1", "TLSv1.2"])).toEqual([]);
    for (const version of versionNames) {
        const { findings } = resolveArguments({ version, tls: { protocols: ["TLSv1.3", "TLSv1.0"] } });
        expect(findings).toEqual(
            versions[version].nativeTls
                ? []
                : [
                      {
                          code: "redis-database/tls-protocol-gap",
                          path: "tls.protocols",
                          problem:
                              "has a gap, which is not possible before Redis 6.0: TLSv1.1 and TLSv1.2 must be in the list",
                          remedy: 'give ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"]',
                      },
                  ],
        );
    }
});
