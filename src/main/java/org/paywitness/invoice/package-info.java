/** Invoices that did not come: asked for by the parties, issued or refused by the merchant, once at a time. */
package org.paywitness.invoice;
