package org.paywitness;

import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/**
 * Tokens for tests, signed with the key of {@link EmbeddedPostgresResource}; good against {@code @QuarkusTest} and the
 * packaged service. {@code given().auth().oauth2(Tokens.merchant("m_0001"))}.
 */
public final class Tokens {
    public static final String ISSUER = "https://paywitness.invalid/dev";
    public static final String AUDIENCE = "paywitness";

    private Tokens() {}

    public static String desk() {
        return sign(claims("desk:read desk:write desk:approve"));
    }

    public static String feed() {
        return sign(claims("feed"));
    }

    public static String merchant(String merchantId) {
        return sign(claims("merchant:read merchant:write merchant:approve").claim("merchant_id", merchantId));
    }

    /** A cardholder's token for these card tokens. */
    public static String cardholder(String... cards) {
        return sign(claims("cardholder").claim("cards", List.of(cards)));
    }

    /** Any scopes, no claim of merchant or cards. */
    public static String scope(String scopes) {
        return sign(claims(scopes));
    }

    /** Claims to build upon: a valid token of ten minutes. */
    public static JwtClaimsBuilder claims(String scopes) {
        Instant now = Instant.now();
        return Jwt.claims()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject("test")
                .claim("client_id", "test")
                .claim("jti", UUID.randomUUID().toString())
                .claim("scope", scopes)
                .issuedAt(now)
                .expiresAt(now.plus(Duration.ofMinutes(10)));
    }

    public static String sign(JwtClaimsBuilder claims) {
        return sign(claims, "test-key");
    }

    public static String sign(JwtClaimsBuilder claims, String keyId) {
        return claims.jws().type("at+jwt").keyId(keyId).sign(key());
    }

    private static PrivateKey key() {
        try {
            byte[] encoded = Base64.getDecoder().decode(System.getProperty(EmbeddedPostgresResource.PRIVATE_KEY));
            return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
