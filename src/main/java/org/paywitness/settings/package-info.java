/** What settings may be: converters that refuse a value where it is read, by its name and with what it may be. */
package org.paywitness.settings;
