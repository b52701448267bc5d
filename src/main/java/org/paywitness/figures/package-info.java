/** What the record looks like as a whole, for monitoring: counted now and then, never while somebody waits for it. */
package org.paywitness.figures;
