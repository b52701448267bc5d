/** All of a dispute in one document or one archive, for the bank, the arbitrator or the court. */
package org.paywitness.dossier;
