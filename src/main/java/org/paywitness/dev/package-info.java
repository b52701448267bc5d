/**
 * What a developer's machine needs and production must never have: an embedded PostgreSQL, tokens for the asking, demo
 * data. Compiled for dev mode and tests, deleted from {@code target/classes} before packaging; nothing else may
 * depend on it.
 */
package org.paywitness.dev;
