package org.paywitness.access;

import io.quarkus.security.identity.SecurityIdentity;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.paywitness.problem.Problem;

/**
 * Who asks, read once from a verified token and kept with it: the one place that knows scopes and claims.
 * Immutable, safe to share between requests.
 */
public final class Caller {
    static final String ATTRIBUTE = Caller.class.getName();

    /** A token that names more cards than this is not read further: nobody holds so many. */
    private static final int MAX_CARDS = 100;

    private final Set<Scope> scopes;
    private final String merchantId;
    private final Set<String> cards;
    private final String clientId;
    private final String subject;
    private final Visibility visibility;
    private final Instant until;

    private Caller(
            Set<Scope> scopes, String merchantId, Set<String> cards, String clientId, String subject, Instant until) {
        this.scopes = Collections.unmodifiableSet(scopes);
        this.merchantId = merchantId;
        this.cards = Collections.unmodifiableSet(cards);
        this.clientId = clientId;
        this.subject = subject;
        this.until = until;
        this.visibility = findVisibility();
    }

    /**
     * The caller of this request.
     *
     * @throws Problem 401 when there is no token
     */
    public static Caller of(SecurityIdentity identity) {
        Caller caller = identity.getAttribute(ATTRIBUTE);
        if (caller == null) {
            throw Problem.unauthorized("A bearer token is required.");
        }
        return caller;
    }

    /** Reads the claims of a token that was verified. A claim of another type than ours counts as missing. */
    static Caller fromClaims(JsonObject claims) {
        String subject = text(claims, "sub");
        String clientId = text(claims, "client_id");
        if (clientId == null) {
            // What OpenID providers sent before RFC 9068 named it.
            clientId = text(claims, "azp");
        }
        String scope = text(claims, "scope");
        return new Caller(
                Scope.parse(scope == null ? "" : scope),
                text(claims, "merchant_id"),
                cards(claims.getValue("cards")),
                clientId != null ? clientId : subject != null ? subject : "unknown",
                subject,
                // In seconds (RFC 7519 section 4.1.4).
                claims.getValue("exp") instanceof Number exp ? Instant.ofEpochSecond(exp.longValue()) : null);
    }

    private static String text(JsonObject claims, String name) {
        return claims.getValue(name) instanceof String value && !value.isBlank() ? value : null;
    }

    private static Set<String> cards(Object claim) {
        Set<String> cards = new LinkedHashSet<>();
        if (claim instanceof JsonArray array) {
            for (Object card : array) {
                if (card instanceof String token && cards.size() < MAX_CARDS) {
                    cards.add(token);
                }
            }
        }
        return cards;
    }

    // The most general wins: a token of the desk that also names a merchant is the desk's.
    private Visibility findVisibility() {
        if (scopes.contains(Scope.DESK_READ)) {
            return new Visibility.Everything();
        }
        if (scopes.contains(Scope.MERCHANT_READ) && merchantId != null) {
            return new Visibility.OfMerchant(merchantId);
        }
        if (scopes.contains(Scope.CARDHOLDER) && !cards.isEmpty()) {
            return new Visibility.OfCards(cards);
        }
        return null;
    }

    public boolean has(Scope scope) {
        return scopes.contains(scope);
    }

    /** @throws Problem 403 {@code insufficient_scope} naming the scopes of which one would do */
    public void require(Scope... anyOf) {
        for (Scope scope : anyOf) {
            if (scopes.contains(scope)) {
                return;
            }
        }
        String names = Stream.of(anyOf).map(Scope::code).collect(Collectors.joining(", "));
        throw Problem.forbidden("insufficient_scope", "This needs a token with one of the scopes: " + names + ".");
    }

    /** May read any transaction at all. */
    public boolean mayRead() {
        return visibility != null;
    }

    /**
     * What this caller may read.
     *
     * @throws Problem 403 {@code insufficient_scope}: no reading scope, or one without the claim that it is about
     */
    public Visibility requireRead() {
        if (visibility == null) {
            throw Problem.forbidden(
                    "insufficient_scope",
                    "This needs a token with one of the scopes: cardholder (and claim cards), merchant:read (and claim"
                            + " merchant_id), desk:read.");
        }
        return visibility;
    }

    /**
     * What this caller may act on.
     *
     * @throws Problem 403 {@code insufficient_scope}
     */
    public Visibility requireWrite() {
        return requireActing(Scope.DESK_WRITE, Scope.MERCHANT_WRITE);
    }

    /**
     * What this caller may agree to for others.
     *
     * @throws Problem 403 {@code insufficient_scope}
     */
    public Visibility requireApprove() {
        return requireActing(Scope.DESK_APPROVE, Scope.MERCHANT_APPROVE);
    }

    // The more general wins, as for reading.
    private Visibility requireActing(Scope desk, Scope merchant) {
        if (scopes.contains(desk)) {
            return new Visibility.Everything();
        }
        if (scopes.contains(merchant) && merchantId != null) {
            return new Visibility.OfMerchant(merchantId);
        }
        throw Problem.forbidden(
                "insufficient_scope",
                "This needs a token with one of the scopes: " + merchant.code() + " (and claim merchant_id), "
                        + desk.code() + ".");
    }

    /**
     * What this caller may act on as a side of it, cardholders included, or as the desk.
     *
     * @throws Problem 403 {@code insufficient_scope}
     */
    public Visibility requireParty() {
        boolean acting = scopes.contains(Scope.DESK_WRITE) || scopes.contains(Scope.MERCHANT_WRITE);
        if (!acting && scopes.contains(Scope.CARDHOLDER) && !cards.isEmpty()) {
            return new Visibility.OfCards(cards);
        }
        if (!acting || !scopes.contains(Scope.DESK_WRITE) && merchantId == null) {
            throw Problem.forbidden(
                    "insufficient_scope",
                    "This needs a token with one of the scopes: cardholder (and claim cards), merchant:write (and claim"
                            + " merchant_id), desk:write.");
        }
        return requireWrite();
    }

    /**
     * Whose keys these are: one app may serve several merchants and all cardholders, and none of them meets another's.
     *
     * @param acting what the caller acts on
     */
    public String keys(Visibility acting) {
        if (acting instanceof Visibility.OfMerchant of) {
            return clientId + " merchant " + of.merchantId();
        }
        if (acting instanceof Visibility.OfCards of) {
            return clientId + " cardholder " + (subject != null ? subject : new TreeSet<>(of.cards()));
        }
        return clientId;
    }

    /** Who acts: the person that the token is about, else the software. Never null. */
    public String actor() {
        return subject != null ? subject : clientId;
    }

    /** May post what sources say. */
    public void requireFeed() {
        require(Scope.FEED);
    }

    /** May turn a card number into a token. */
    public void requireCardTokens() {
        require(Scope.FEED, Scope.DESK_READ, Scope.DESK_WRITE);
    }

    public Set<Scope> scopes() {
        return scopes;
    }

    /** When the token ends; null for one that does not say so, and is good for this one request. */
    public Instant until() {
        return until;
    }

    /** The claim {@code merchant_id}, or null. */
    public String merchantId() {
        return merchantId;
    }

    /** The claim {@code cards}: card tokens; may be empty. */
    public Set<String> cards() {
        return cards;
    }

    /** The software that calls: {@code client_id}, else {@code azp}, else {@code sub}. Never null. */
    public String clientId() {
        return clientId;
    }

    /** Whom the token is about: the claim {@code sub}, or null. */
    public String subject() {
        return subject;
    }

    /**
     * Who shares one rate limit, and other limits of a client. All cardholders come through the same app: one of them must not use up what the
     * others have.
     */
    public String quotaKey() {
        return visibility instanceof Visibility.OfCards && subject != null ? clientId + ' ' + subject : clientId;
    }
}
