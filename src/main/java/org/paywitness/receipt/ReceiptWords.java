package org.paywitness.receipt;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.paywitness.explanation.Figures;
import org.paywitness.explanation.Language;
import org.paywitness.money.Money;
import org.paywitness.transaction.Amount;

/** A slip in words, from {@code messages/receipt.*.properties}: the same lines on every form of it. */
final class ReceiptWords {
    /** One line of a slip. */
    record Line(String label, String value) {}

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
    private static final Properties ZH = read(Language.ZH);
    private static final Properties EN = read(Language.EN);

    private ReceiptWords() {}

    /** In both languages on every slip: whoever is shown it must not take it for the original. */
    static String mark(int number) {
        return "重印 / REPRINT " + number;
    }

    static String type(String type, Language language) {
        return text("type." + type, language);
    }

    static String title(Language language) {
        return text("title", language);
    }

    /** That it is no original. */
    static String notice(Language language) {
        return text("notice", language);
    }

    /** Every line that there is something to say in, in the order of a slip. */
    static List<Line> lines(Receipt r, Language language) {
        Lines lines = new Lines(language);
        lines.add("merchant_name", r.merchantName());
        lines.add("merchant_id", r.merchantId());
        lines.add("terminal_id", r.terminalId());
        lines.add("card", r.card());
        lines.add("scheme", known("scheme.", r.scheme(), language));
        lines.add("channel", known("channel.", r.channel(), language));
        lines.add("type", r.typeText());
        lines.add("occurred_at", TIME.format(OffsetDateTime.parse(r.occurredAt())));
        lines.add("batch", r.batch());
        lines.add("stan", r.stan());
        lines.add("rrn", r.rrn());
        lines.add("auth_code", r.authCode());
        lines.add("merchant_order_no", r.merchantOrderNo());
        lines.add("wallet_transaction_no", r.walletTransactionNo());
        lines.add("requested", r.requested());
        lines.add("original", r.original());
        lines.add("exchange_rate", r.exchangeRate());
        lines.add("discount", r.discount());
        lines.add("currency", r.amount().currency());
        lines.add(r.verdict().equals("held") ? "held" : "amount", r.amount());
        lines.add("returned", r.returned());
        // What was promised and has arrived is told already.
        lines.add(
                "returned_promised",
                r.returnedPromised() == null || r.returnedPromised().equals(r.returned())
                        ? null
                        : r.returnedPromised());
        return lines.all;
    }

    private static final class Lines {
        private final List<Line> all = new ArrayList<>();
        private final Language language;

        Lines(Language language) {
            this.language = language;
        }

        void add(String label, String value) {
            if (value != null) {
                all.add(new Line(text("label." + label, language), value));
            }
        }

        void add(String label, Amount amount) {
            add(label, amount == null ? null : Figures.money(Money.of(amount.amount(), amount.currency())));
        }
    }

    // A scheme that we have no name for is told as the source told it.
    private static String known(String prefix, String code, Language language) {
        return code == null ? null : in(language).getProperty(prefix + code, code);
    }

    private static String text(String key, Language language) {
        String text = in(language).getProperty(key);
        if (text == null) {
            throw new IllegalStateException("no text " + key);
        }
        return text;
    }

    private static Properties in(Language language) {
        return language == Language.EN ? EN : ZH;
    }

    private static Properties read(Language language) {
        String resource = "/messages/receipt." + language.tag() + ".properties";
        try (InputStream in = ReceiptWords.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no " + resource);
            }
            Properties properties = new Properties();
            properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
