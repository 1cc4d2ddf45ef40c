/** BFD: codec, state machine and sessions, without sockets or threads. */
package dev.espalier.bfd;
