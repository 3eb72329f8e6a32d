/** Turns the files of a run folder into one self-contained web page. */
package lanewise.report;
