/** What a line of the log carries besides its text. */
package org.paywitness.log;
