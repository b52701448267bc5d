package org.paywitness.evidence;

/** The content of evidence, or a part of it, on its way to who asked; see {@link ContentWriter}. */
record Passage(Evidence evidence, ByteRange range) {}
