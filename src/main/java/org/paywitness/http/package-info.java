/** What every request and every answer has in common, whatever it is about. */
package org.paywitness.http;
