/** One session, as a pure function of state, event and time (RFC 5880 section 6.8). */
package dev.espalier.bfd.fsm;
