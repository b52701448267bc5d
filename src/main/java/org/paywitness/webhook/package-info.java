/** Events that are sent to those who want them: signed, at least once, to public addresses only. */
package org.paywitness.webhook;
