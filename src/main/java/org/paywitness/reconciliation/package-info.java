/** Where the sources' books differ: what each should hold of a payment and does not, until it is explained or settled. */
package org.paywitness.reconciliation;
