package org.paywitness.statement;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The statement files that can be read. */
public enum Format {
    /** ISO 20022 camt.052, camt.053 and camt.054, any version. */
    CAMT,
    /** WeChat Pay trade bill, type "all". */
    WECHAT_TRADE_BILL,
    /** Alipay business detail, GBK or UTF-8. */
    ALIPAY_TRADE_BILL,
    /** The terminals' own journal: CSV with named columns. */
    POS_JOURNAL,
    /** The acquirer's settlement file: CSV with named columns. */
    ACQUIRER_SETTLEMENT;

    /** How many bytes from the beginning of a file {@link #recognise} needs at most. */
    public static final int HEAD_BYTES = 8 * 1024;

    /** Alipay writes GBK; GB18030 reads all of it and the characters that came later. */
    static final Charset GBK = Charset.forName("GB18030");

    private static final Pattern CAMT_ROOT = Pattern.compile("urn:iso:std:iso:20022:tech:xsd:camt\\.05[234]\\."
            + "|<(?:[\\w.-]+:)?BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)\\b");

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The name used on the wire and in the database. */
    public String code() {
        return code;
    }

    /** Null for a name that is none. */
    static Format of(String code) {
        for (Format format : values()) {
            if (format.code.equals(code)) {
                return format;
            }
        }
        return null;
    }

    /**
     * The format by content, never by name.
     *
     * @param head the file's first bytes, up to {@link #HEAD_BYTES}; a byte order mark is tolerated
     * @return null when it is none of these
     */
    public static Format recognise(byte[] head) {
        byte[] start = head.length > HEAD_BYTES ? Arrays.copyOf(head, HEAD_BYTES) : head;
        String text = withoutMark(new String(start, charset(start))).stripLeading();
        if (text.startsWith("<")) {
            return CAMT_ROOT.matcher(text).find() ? CAMT : null;
        }
        if (text.contains("支付宝交易号") && text.contains("业务类型")) {
            return ALIPAY_TRADE_BILL;
        }
        Set<String> columns = columns(text);
        if (columns.containsAll(List.of("微信订单号", "交易状态"))) {
            return WECHAT_TRADE_BILL;
        }
        if (columns.containsAll(List.of("terminal_id", "stan", "outcome"))) {
            return POS_JOURNAL;
        }
        return columns.containsAll(List.of("merchant_id", "rrn", "type")) ? ACQUIRER_SETTLEMENT : null;
    }

    /** UTF-16 by its mark; GBK where Alipay's own name stands in GBK; else UTF-8. */
    static Charset charset(byte[] head) {
        if (head.length >= 2 && ((head[0] == -2 && head[1] == -1) || (head[0] == -1 && head[1] == -2))) {
            return StandardCharsets.UTF_16;
        }
        // ISO 8859-1 maps every byte to one character, so that bytes can be searched as text.
        String bytes = new String(head, StandardCharsets.ISO_8859_1);
        String alipayInGbk = new String("支付宝".getBytes(GBK), StandardCharsets.ISO_8859_1);
        return bytes.contains(alipayInGbk) ? GBK : StandardCharsets.UTF_8;
    }

    static String withoutMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static Set<String> columns(String text) {
        String header = text.lines().findFirst().orElse("");
        return Arrays.stream(header.split(",", -1)).map(Row::columnName).collect(Collectors.toCollection(TreeSet::new));
    }
}
