import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import redis.clients.jedis.Jedis;

/**
 * Jedis with unchanged URLs. Each input line has a URL and a CA (base64 of PEM, or empty); the output line is the reply
 * to PING or the error.
 */
public class Ping {
    public static void main(String[] args) throws IOException {
        Properties jedisProperties = new Properties();
        jedisProperties.load(Jedis.class.getResourceAsStream("pom.properties"));
        System.out.println("Jedis " + jedisProperties.getProperty("version"));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = lines.readLine()) != null; ) {
            String[] fields = line.split("\t", -1);
            try (Jedis jedis = connect(URI.create(fields[0]), fields[1])) {
                System.out.println(jedis.ping());
            } catch (Exception error) {
                System.out.println(error.toString().replace('\n', ' '));
            }
        }
    }

    private static Jedis connect(URI url, String ca) throws GeneralSecurityException, IOException {
        if (ca.isEmpty()) return new Jedis(url);
        SSLParameters verified = new SSLParameters();
        verified.setEndpointIdentificationAlgorithm("HTTPS");
        return new Jedis(url, trusting(Base64.getDecoder().decode(ca)), verified, null);
    }

    private static SSLSocketFactory trusting(byte[] pem) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (Certificate certificate :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
            store.setCertificateEntry(String.valueOf(store.size()), certificate);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }
}
