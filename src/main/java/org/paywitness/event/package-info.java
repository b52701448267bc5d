/** What others are told: each change as an event, written with the change and read in one order. */
package org.paywitness.event;
