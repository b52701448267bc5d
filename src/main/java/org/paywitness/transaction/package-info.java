/** The payment itself: what is known of it, how it is found, and how the hot lookups share statements. */
package org.paywitness.transaction;
