/** What a file is: by its structure from the first byte to the last, never by its name, and without unpacking anything. */
package org.paywitness.media;
