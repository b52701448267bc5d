/** The files that people put forward in a dispute: taken in as they come, checked, hashed, kept and never changed. */
package org.paywitness.evidence;
