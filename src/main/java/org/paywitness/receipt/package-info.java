/** The slip of a payment once more: as JSON, HTML or PDF, marked as a reprint, each copy counted. */
package org.paywitness.receipt;
