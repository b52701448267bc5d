/** Old data leaves: each thing as a whole, in small steps, when its time is over and nothing needs it any more. */
package org.paywitness.retention;
