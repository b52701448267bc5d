/** Who is risky: signals from the record with their thresholds, and reports of misconduct of merchants. */
package org.paywitness.risk;
