/** The GPU engine on cuDNN; this version only names it, so that the absence is explained. */
package lanewise.backend.cuda;
