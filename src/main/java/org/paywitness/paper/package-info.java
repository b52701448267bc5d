/** Sets PDFs with Chinese and Latin text, page by page, with embedded subsets of open fonts and without AWT. */
package org.paywitness.paper;
