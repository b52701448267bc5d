/** Who asks, what they may see and how often: the one place that reads tokens. */
package org.paywitness.access;
