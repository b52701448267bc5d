/** Who is risky: reports of misconduct of merchants, each with an owner, a state and an outcome. */
package org.paywitness.risk;
