/** Hot look-ups: those of the same moment share a statement on pipelined connections of their own. */
package org.paywitness.lookup;
