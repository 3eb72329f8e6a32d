/** Training: steps, optimisers, losses, and the run folder that a training leaves behind. */
package lanewise.train;
