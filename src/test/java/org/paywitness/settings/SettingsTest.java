package org.paywitness.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paywitness.lookup.LookupConfig;

/** A setting out of bounds keeps the service from starting, by its name and with what it may be. */
class SettingsTest {
    @ParameterizedTest
    @CsvSource({
        "max-batch, 0, from 1 to 1024",
        "max-batch, 1025, from 1 to 1024",
        "max-batch, many, from 1 to 1024",
        "queue, 0, of at least 1",
        "queue, 4294967297, of at least 1",
        "connections-per-loop, 9, from 1 to 8",
    })
    void whatIsOutOfBoundsIsRefusedByName(String name, String value, String may) {
        String property = "paywitness.lookup." + name;
        SmallRyeConfigBuilder config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(LookupConfig.class)
                .withSources(new PropertiesConfigSource(Map.of(property, value), "test", 100));
        Exception refused = assertThrows(Exception.class, config::build);
        assertTrue(refused.getMessage().contains(property), refused.getMessage());
        assertTrue(refused.getMessage().contains("must be a whole number " + may), refused.getMessage());
    }

    @Test
    void boundsThemselvesAreWithin() {
        for (Converter<Integer> converter : List.of(new Whole.To8(), new Whole.To1024(), new Whole.Positive())) {
            assertEquals(1, converter.convert("1"));
        }
        assertEquals(8, new Whole.To8().convert(" 8 "));
        assertEquals(0, new Whole.Natural().convert("0"));
        assertEquals(Integer.MAX_VALUE, new Whole.Natural().convert("2147483647"));
        assertThrows(IllegalArgumentException.class, () -> new Whole.Natural().convert("-1"));
    }

    @Test
    void partsOfAWhole() {
        assertEquals(1, new Share().convert("1"));
        assertEquals(0.01, new Share().convert("0.01"));
        for (String none : List.of("0", "1.01", "NaN", "half")) {
            assertThrows(IllegalArgumentException.class, () -> new Share().convert(none), none);
        }
        assertEquals(new BigDecimal("0.000001"), new Ratio().convert("0.000001"));
        assertEquals(new BigDecimal("999"), new Ratio().convert("999"));
        for (String none : List.of("0", "-1", "1000", "0.0000001", "1 %")) {
            assertThrows(IllegalArgumentException.class, () -> new Ratio().convert(none), none);
        }
    }
}
