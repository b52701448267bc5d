/** What to do in which situation: the same for everybody, with the deadlines of the policy that the code obeys. */
package org.paywitness.guidance;
