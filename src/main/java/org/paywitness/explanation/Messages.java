package org.paywitness.explanation;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/** The files {@code messages/<family>.<language>.properties}: all that is said to people, in UTF-8. */
public final class Messages {
    private Messages() {}

    /** The path of a file, also for telling what is wrong with it. */
    public static String resource(String family, Language language) {
        return "/messages/" + family + "." + language.tag() + ".properties";
    }

    /** @throws IllegalStateException where there is no such file */
    public static Properties read(String family, Language language) {
        String resource = resource(family, language);
        try (InputStream in = Messages.class.getResourceAsStream(resource)) {
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
