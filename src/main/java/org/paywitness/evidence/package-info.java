/** Files that show what happened: received, checked, kept and handed out unchanged. */
package org.paywitness.evidence;
