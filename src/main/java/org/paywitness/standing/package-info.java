/** What was last told of each transaction, and whoever looks again when time or completeness may change it. */
package org.paywitness.standing;
