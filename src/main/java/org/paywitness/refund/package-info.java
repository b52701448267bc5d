/** Money back: once, on the original route, never more than was taken. */
package org.paywitness.refund;
