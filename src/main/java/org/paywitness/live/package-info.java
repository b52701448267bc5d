/** Verdicts told as they change, to whoever keeps a connection open. */
package org.paywitness.live;
