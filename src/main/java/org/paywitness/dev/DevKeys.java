package org.paywitness.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;

/** The key pair of development tokens: kept, so that a token pasted into a shell survives a restart. */
final class DevKeys {
    /** Configuration property: PKCS #8 in Base64. */
    static final String PRIVATE_KEY = "paywitness.dev.private-key";

    private DevKeys() {}

    /** Reads the private key in this file, which is made at the first call, for the owner's eyes only. */
    static KeyPair keptIn(Path file) throws IOException {
        if (Files.notExists(file)) {
            write(file, base64(generate().getPrivate().getEncoded()));
        }
        PrivateKey key = privateKey(Files.readString(file).strip());
        return new KeyPair(publicKey((RSAPrivateCrtKey) key), key);
    }

    static void write(Path file, String text) throws IOException {
        // First the permissions, then the key, then the name: nobody reads it and no half key is ever kept.
        Path draft = Files.createTempFile(file.getParent(), file.getFileName().toString(), null);
        if (draft.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-------"));
        }
        Files.writeString(draft, text);
        Files.move(draft, file);
    }

    static PrivateKey privateKey(String base64) {
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Not a development key; delete .paywitness/ for a new one", e);
        }
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** A key for card tokens that lives as long as the private key does. */
    static String cardTokenKey(PrivateKey key) {
        return derived(key, "");
    }

    /** Likewise one for the secrets of webhooks. */
    static String webhookKey(PrivateKey key) {
        return derived(key, "webhooks");
    }

    private static String derived(PrivateKey key, String what) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(key.getEncoded());
            return base64(digest.digest(what.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PublicKey publicKey(RSAPrivateCrtKey key) {
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
