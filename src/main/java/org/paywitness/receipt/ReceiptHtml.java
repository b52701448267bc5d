package org.paywitness.receipt;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.paywitness.explanation.Language;

/** A slip as a page that prints on a roll of 58 mm. It needs nothing but itself, and may load and run nothing. */
final class ReceiptHtml {
    private static final String STYLE =
            "@page{size:58mm auto;margin:0}*{box-sizing:border-box}body{width:58mm;margin:0 auto;padding:4mm;"
                    + "font:8pt/1.5 sans-serif;color:#000;background:#fff}h1{font-size:12pt;text-align:center;margin:0}"
                    + "p{text-align:center;margin:2mm 0;overflow-wrap:anywhere}.mark{font-size:10pt;font-weight:bold}"
                    + "dl{margin:0;padding:2mm 0;border:dashed #000;border-width:1px 0}"
                    + "dl div{display:flex;justify-content:space-between;gap:2mm}dt{color:#444;flex:none}"
                    + "dd{margin:0;text-align:right;min-width:0;overflow-wrap:anywhere}small{color:#444}";

    /** The header Content-Security-Policy: this style by its hash, and nothing else at all. */
    static final String POLICY = "default-src 'none'; style-src 'sha256-" + hash(STYLE)
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

    private ReceiptHtml() {}

    static String page(Receipt receipt, Language language) {
        StringBuilder page = new StringBuilder(4096);
        page.append("<!DOCTYPE html>\n<html lang=\"")
                .append(language.tag())
                .append("\"><head><meta charset=\"UTF-8\">");
        page.append("<meta name=\"viewport\" content=\"width=device-width\"><title>");
        text(page, ReceiptWords.title(language) + ' ' + receipt.transactionId());
        page.append("</title><style>").append(STYLE).append("</style></head>\n<body><h1>");
        text(page, ReceiptWords.title(language));
        page.append("</h1>\n<p class=\"mark\">");
        text(page, receipt.mark());
        page.append("</p>\n<dl>\n");
        for (ReceiptWords.Line line : ReceiptWords.lines(receipt, language)) {
            page.append("<div><dt>");
            text(page, line.label());
            page.append("</dt><dd>");
            text(page, line.value());
            page.append("</dd></div>\n");
        }
        page.append("</dl>\n<p><small>");
        text(page, ReceiptWords.notice(language));
        page.append("<br>");
        text(page, receipt.transactionId());
        return page.append("</small></p></body></html>\n").toString();
    }

    // Whatever it holds, it stays text: in an element as in a quoted attribute.
    private static void text(StringBuilder to, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> to.append("&amp;");
                case '<' -> to.append("&lt;");
                case '>' -> to.append("&gt;");
                case '"' -> to.append("&quot;");
                case '\'' -> to.append("&#39;");
                default -> to.append(c);
            }
        }
    }

    private static String hash(String style) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is required of every Java platform", e);
        }
    }
}
