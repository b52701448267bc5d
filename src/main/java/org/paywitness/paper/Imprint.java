package org.paywitness.paper;

import java.time.Instant;

/**
 * What a document says of itself.
 *
 * @param language BCP 47
 * @param created given, not taken from a clock: the same input is the same document, byte for byte
 */
public record Imprint(String title, String language, Instant created) {}
