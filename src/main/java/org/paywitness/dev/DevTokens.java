package org.paywitness.dev;

import io.quarkus.arc.profile.IfBuildProfile;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import jakarta.inject.Singleton;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Signs access tokens as RFC 9068 describes them with the development key. */
@Singleton
@IfBuildProfile(anyOf = {"dev", "test"})
class DevTokens {
    /** What a token says. {@code merchantId} may be null, {@code cards} empty. */
    record Claims(
            String scope, String merchantId, List<String> cards, String subject, String clientId, Duration lifetime) {}

    private final PrivateKey key;
    private final String issuer;
    private final String audience;

    DevTokens(
            @ConfigProperty(name = DevKeys.PRIVATE_KEY) String key,
            @ConfigProperty(name = "quarkus.oidc.token.issuer") String issuer,
            @ConfigProperty(name = "quarkus.oidc.token.audience") String audience) {
        this.key = DevKeys.privateKey(key);
        this.issuer = issuer;
        this.audience = audience;
    }

    String sign(Claims claims) {
        Instant now = Instant.now();
        JwtClaimsBuilder token = Jwt.claims()
                .issuer(issuer)
                .audience(audience)
                .subject(claims.subject)
                .claim("client_id", claims.clientId)
                .claim("jti", UUID.randomUUID().toString())
                .claim("scope", claims.scope)
                .issuedAt(now)
                .expiresAt(now.plus(claims.lifetime));
        if (claims.merchantId != null) {
            token.claim("merchant_id", claims.merchantId);
        }
        if (!claims.cards.isEmpty()) {
            token.claim("cards", claims.cards);
        }
        return token.jws().type("at+jwt").keyId("dev").sign(key);
    }
}
