package catalog;

import com.google.gson.Gson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import redis.clients.jedis.Jedis;

/** Pings the primary and the replicas over TLS with certificate verification. */
public class Ping {
    /** The stack's outputs. */
    private static class Outputs {
        String tlsUrl;
        String caCertPem;
        List<String> replicaTlsUrls;
        String replicaCaCertPem;
    }

    public static void main(String[] args) throws GeneralSecurityException, IOException {
        // From standard input: every user of the machine can read command lines.
        var input = new InputStreamReader(System.in, StandardCharsets.UTF_8);
        var outputs = new Gson().fromJson(input, Outputs.class);
        ping(outputs.tlsUrl, outputs.caCertPem);
        for (var url : outputs.replicaTlsUrls) ping(url, outputs.replicaCaCertPem);
    }

    private static void ping(String url, String ca) throws GeneralSecurityException, IOException {
        var server = URI.create(url);
        var parameters = new SSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        try (var jedis = new Jedis(server, trusting(ca), parameters, null)) {
            System.out.println(server.getPort() + ": " + jedis.ping());
        }
    }

    private static SSLSocketFactory trusting(String ca) throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        var pem = new ByteArrayInputStream(ca.getBytes(StandardCharsets.UTF_8));
        for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
            store.setCertificateEntry("ca-" + store.size(), certificate);
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }
}
