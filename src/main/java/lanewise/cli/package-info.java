/** The command line: options in, lines out; everything it does is in the packages below. */
package lanewise.cli;
