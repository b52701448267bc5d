package org.paywitness.transaction;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import org.paywitness.verdict.Policy;

/** The policy of domain.md as it is configured. */
@ConfigMapping(prefix = "paywitness.policy")
interface PolicySettings {
    /** The merchants' zone: days are days there. */
    @WithDefault("Asia/Shanghai")
    ZoneId zone();

    /** How far apart two equal payments of one card may be to be taken for a retry. */
    @WithDefault("10m")
    Duration duplicateWindow();

    /** How long a pre-authorization holds. */
    @WithDefault("30d")
    Duration preauthExpiry();

    /** Within this time a terminal that got no answer reverses by itself. */
    @WithDefault("15m")
    Duration reversalWindow();

    /** When settlement data of a day is due on the next. */
    @WithDefault("10:00")
    LocalTime settlementTime();

    /** When a merchant's day closes. */
    @WithDefault("23:00")
    LocalTime cutOff();

    @WithDefault("1d")
    Duration postingDebit();

    @WithDefault("3d")
    Duration postingCredit();

    @WithDefault("1d")
    Duration reversalArrivalDebit();

    @WithDefault("3d")
    Duration reversalArrivalCredit();

    @WithDefault("3d")
    Duration refundArrivalDebit();

    @WithDefault("7d")
    Duration refundArrivalCredit();

    @WithDefault("5m")
    Duration walletBalanceArrival();

    @WithDefault("3d")
    Duration walletCardArrival();

    /** Makes the policy available to whoever judges. */
    class Producer {
        @Produces
        @Singleton
        Policy policy(PolicySettings s) {
            return new Policy(
                    s.zone(),
                    s.duplicateWindow(),
                    s.preauthExpiry(),
                    s.reversalWindow(),
                    s.settlementTime(),
                    s.cutOff(),
                    s.postingDebit(),
                    s.postingCredit(),
                    s.reversalArrivalDebit(),
                    s.reversalArrivalCredit(),
                    s.refundArrivalDebit(),
                    s.refundArrivalCredit(),
                    s.walletBalanceArrival(),
                    s.walletCardArrival());
        }
    }
}
