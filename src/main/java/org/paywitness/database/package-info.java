/** The database as a whole: its migrations, whether it serves, what its failures mean. */
package org.paywitness.database;
