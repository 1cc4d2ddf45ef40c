package dev.espalier.stores.etcd;

import dev.espalier.stores.state.StateStoreException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Makes of certificates and keys in PEM, which etcd's users have, what the JVM wants. */
public final class PemFiles {

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private PemFiles() {}

    /**
     * Whom to trust, and as whom to appear.
     *
     * @param ca certificates to trust; null for those that the JVM trusts
     * @param certificate our own, and those that lead to one that is trusted; null for none
     * @param key of our own certificate, PKCS #8 without a password; null for none
     * @return null where all three are
     * @throws StateStoreException naming the file that cannot be used
     */
    public static @Nullable SSLContext context(@Nullable Path ca, @Nullable Path certificate, @Nullable Path key) {
        if (ca == null && certificate == null && key == null) {
            return null;
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    certificate == null || key == null ? null : own(certificate, key),
                    ca == null ? null : trusted(ca),
                    null);
            return context;
        } catch (GeneralSecurityException refused) {
            throw new StateStoreException("TLS cannot be used: " + refused.getMessage(), refused);
        }
    }

    private static TrustManager[] trusted(Path file) throws GeneralSecurityException {
        KeyStore store = empty();
        int number = 0;
        for (Certificate each : certificates(file)) {
            store.setCertificateEntry("ca" + number++, each);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager[] own(Path certificate, Path key) throws GeneralSecurityException {
        KeyStore store = empty();
        char[] none = {};
        store.setKeyEntry(
                "own", privateKey(key), none, certificates(certificate).toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, none);
        return factory.getKeyManagers();
    }

    private static KeyStore empty() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try {
            store.load(null, null);
        } catch (IOException impossible) {
            throw new AssertionError("nothing was read", impossible);
        }
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file) {
        try {
            Collection<? extends Certificate> found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
            if (found.isEmpty()) {
                throw new StateStoreException(file + " holds no certificate; it must be PEM");
            }
            return found;
        } catch (IOException | GeneralSecurityException unreadable) {
            throw new StateStoreException(
                    file + " cannot be read as certificates in PEM: " + unreadable.getMessage(), unreadable);
        }
    }

    /** Says nothing of what is in the file. */
    private static PrivateKey privateKey(Path file) {
        byte[] octets;
        try {
            String text = Files.readString(file);
            int begin = text.indexOf(BEGIN);
            int end = text.indexOf(END);
            if (begin < 0 || end < begin) {
                throw new StateStoreException(file + " holds no key that begins with '" + BEGIN
                        + "'; make one of another with: openssl pkcs8 -topk8 -nocrypt");
            }
            octets = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new StateStoreException(file + " cannot be read as a key in PEM", unreadable);
        }
        for (String algorithm : List.of("EC", "RSA", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(octets));
            } catch (InvalidKeySpecException another) {
                // of another algorithm
            } catch (GeneralSecurityException missing) {
                throw new StateStoreException("this JVM has no " + algorithm + " keys", missing);
            }
        }
        throw new StateStoreException(file + " holds a key that is neither EC nor RSA nor Ed25519");
    }
}
