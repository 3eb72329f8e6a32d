/**
 * Pictures as users have them: PNG and JPEG in all their kinds to planes of floats and back,
 * resizing as Pillow does it.
 */
package lanewise.picture;
