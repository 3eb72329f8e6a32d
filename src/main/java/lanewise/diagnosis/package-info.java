/** Tells from a training's figures that it goes wrong, and what to try; knows numbers alone. */
package lanewise.diagnosis;
