/** The vocabulary of amounts: integer minor units and an ISO 4217 currency. No framework, no I/O. */
package org.paywitness.money;
