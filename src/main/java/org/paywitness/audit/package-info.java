/** Who did what: append-only, each entry hashed over the one before. */
package org.paywitness.audit;
