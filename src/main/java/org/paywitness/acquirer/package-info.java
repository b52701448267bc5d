/** The only door to who moves money. */
package org.paywitness.acquirer;
