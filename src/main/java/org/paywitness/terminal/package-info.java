/** The devices: whose they are, what was reported of them, and which payments came after a loss. */
package org.paywitness.terminal;
