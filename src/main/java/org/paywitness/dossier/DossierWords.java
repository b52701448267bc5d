package org.paywitness.dossier;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.paywitness.evidence.Party;
import org.paywitness.explanation.Language;

/** What dossiers say, from {@code messages/dossier.*.properties}. */
final class DossierWords {
    static final Properties ZH = read(Language.ZH);
    static final Properties EN = read(Language.EN);

    private final Properties texts;

    DossierWords(Language language) {
        this.texts = language == Language.EN ? EN : ZH;
    }

    /** The text, which there must be. */
    String text(String key) {
        String text = texts.getProperty(key);
        if (text == null) {
            throw new IllegalStateException("no text " + key);
        }
        return text;
    }

    /** The text of a code that may be one of another time, which is shown as it is. */
    String text(String prefix, String code) {
        return texts.getProperty(prefix + code, code);
    }

    String party(Party party) {
        return text("party." + party.code());
    }

    private static Properties read(Language language) {
        String resource = "/messages/dossier." + language.tag() + ".properties";
        try (InputStream in = DossierWords.class.getResourceAsStream(resource)) {
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
