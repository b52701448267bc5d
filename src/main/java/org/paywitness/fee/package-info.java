/** What acquirers and wallets may take of a payment: dated schedules, exact arithmetic, and what was really taken. */
package org.paywitness.fee;
