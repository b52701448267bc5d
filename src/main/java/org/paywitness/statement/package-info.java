/** Files in: one streaming reader a format. The readers know no framework, no HTTP and no SQL. */
package org.paywitness.statement;
