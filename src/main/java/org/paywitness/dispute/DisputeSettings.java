package org.paywitness.dispute;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import org.paywitness.settings.Whole;

/** How long each side has at each stage, and the limits of disputes. */
@ConfigMapping(prefix = "paywitness.dispute")
public interface DisputeSettings {
    /** How long whoever's turn it is has, by stage. */
    Deadlines deadlines();

    /** By stage of the dispute. */
    interface Deadlines {
        @WithDefault("7d")
        Duration inquiry();

        @WithDefault("7d")
        Duration negotiation();

        @WithDefault("30d")
        Duration chargeback();

        @WithDefault("30d")
        Duration representment();

        @WithDefault("30d")
        Duration preArbitration();

        @WithDefault("45d")
        Duration arbitration();

        @WithDefault("365d")
        Duration legal();
    }

    /** How long before a deadline whoever's turn it is is reminded. */
    @WithDefault("3d,1d")
    List<Duration> reminders();

    /** How long after a payment it can be disputed. */
    @WithDefault("180d")
    Duration openWithin();

    /** By when what was promised in an agreement must be done. */
    @WithDefault("7d")
    Duration promisesWithin();

    /** How long after a decision whoever lost may go further. */
    @WithDefault("30d")
    Duration appealWithin();

    /** Proposals of one dispute. */
    @WithDefault("50")
    @WithConverter(Whole.Positive.class)
    int maxProposals();

    /** Transactions that one story covers. */
    @WithDefault("10")
    @WithConverter(Whole.Positive.class)
    int maxTransactions();

    /** Characters of a text. */
    @WithDefault("2000")
    @WithConverter(Whole.Positive.class)
    int maxTextLength();

    /** Characters of what is told as the proof of a promise. */
    @WithDefault("200")
    @WithConverter(Whole.Positive.class)
    int maxProofLength();

    /** Entries of a timeline after which nobody can add texts, proposals or evidence; only decide and end. */
    @WithDefault("2000")
    @WithConverter(Whole.From10.class)
    int maxEntries();

    /** How often deadlines are looked for. */
    @WithDefault("5s")
    Duration poll();

    /** Disputes that one look takes at most. */
    @WithDefault("100")
    @WithConverter(Whole.Positive.class)
    int batch();

    default Duration deadline(Stage stage) {
        return switch (stage) {
            case INQUIRY -> deadlines().inquiry();
            case NEGOTIATION -> deadlines().negotiation();
            case CHARGEBACK -> deadlines().chargeback();
            case REPRESENTMENT -> deadlines().representment();
            case PRE_ARBITRATION -> deadlines().preArbitration();
            case ARBITRATION -> deadlines().arbitration();
            case LEGAL -> deadlines().legal();
        };
    }
}
