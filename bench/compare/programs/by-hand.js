/** Databases by hand: a CA, a certificate and a password as the component creates them, and one container each. */
const docker = require("@pulumi/docker");
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");
const tls = require("@pulumi/tls");

const { names, memoryMb, firstPort, image } = JSON.parse(process.env.BENCH_DATABASES);

const algorithm = { algorithm: "ECDSA", ecdsaCurve: "P256" };
const year = 365 * 24;

const databases = names.map((name, index) => {
    const password = new random.RandomPassword(`${name}-password`, { length: 32, special: false });

    const caKey = new tls.PrivateKey(`${name}-ca-key`, algorithm);
    const ca = new tls.SelfSignedCert(`${name}-ca`, {
        privateKeyPem: caKey.privateKeyPem,
        subject: { commonName: `CA of ${name}` },
        isCaCertificate: true,
        allowedUses: ["cert_signing"],
        validityPeriodHours: 10 * year,
    });
    const key = new tls.PrivateKey(`${name}-key`, algorithm);
    const request = new tls.CertRequest(`${name}-request`, {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: "localhost" },
        dnsNames: ["localhost"],
        ipAddresses: ["127.0.0.1"],
    });
    const certificate = new tls.LocallySignedCert(`${name}-certificate`, {
        caCertPem: ca.certPem,
        caPrivateKeyPem: caKey.privateKeyPem,
        certRequestPem: request.certRequestPem,
        allowedUses: ["digital_signature", "server_auth"],
        validityPeriodHours: year,
    });

    const conf = pulumi.interpolate`port 6379
tls-port 6380
tls-cert-file /etc/redis/tls.crt
tls-key-file /etc/redis/tls.key
tls-ca-cert-file /etc/redis/ca.crt
tls-auth-clients no
dir /data
appendonly yes
maxmemory ${Math.floor(memoryMb * 0.4)}mb
requirepass ${password.result}
`;
    const data = new docker.Volume(`${name}-data`);
    const [port, tlsPort] = [firstPort + 2 * index, firstPort + 2 * index + 1];
    const server = new docker.Container(`${name}-server`, {
        image,
        command: ["redis-server", "/etc/redis/redis.conf"],
        memory: memoryMb,
        memorySwap: memoryMb,
        restart: "unless-stopped",
        ports: [
            { internal: 6379, external: port, ip: "127.0.0.1" },
            { internal: 6380, external: tlsPort, ip: "127.0.0.1" },
        ],
        volumes: [{ volumeName: data.name, containerPath: "/data" }],
        uploads: [
            { file: "/etc/redis/redis.conf", content: conf },
            { file: "/etc/redis/tls.crt", content: certificate.certPem },
            { file: "/etc/redis/tls.key", content: key.privateKeyPem },
            { file: "/etc/redis/ca.crt", content: ca.certPem },
        ],
    });
    return { ca, server, tlsUrl: pulumi.interpolate`rediss://:${password.result}@localhost:${tlsPort}` };
});

exports.tlsUrls = databases.map(({ tlsUrl }) => tlsUrl);
exports.caCertPems = databases.map(({ ca }) => ca.certPem);
exports.servers = databases.map(({ server }) => server.name);
