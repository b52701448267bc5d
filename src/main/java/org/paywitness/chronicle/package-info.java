/** Events as others read them, from any place on in their one order. */
package org.paywitness.chronicle;
