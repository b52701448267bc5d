/** What traces show beyond what Quarkus puts into them; nothing of it happens while traces are off. */
package org.paywitness.trace;
