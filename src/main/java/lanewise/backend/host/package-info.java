/** What the backends that compute in the machine's own memory share: memory and its layout. */
package lanewise.backend.host;
