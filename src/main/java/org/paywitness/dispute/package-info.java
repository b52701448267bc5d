/** Claims against transactions until they are settled: turns and deadlines, proposals and agreements, decisions. */
package org.paywitness.dispute;
