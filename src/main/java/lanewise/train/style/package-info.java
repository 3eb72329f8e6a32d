/** Training of networks that turn photographs into pictures of one style. */
package lanewise.train.style;
