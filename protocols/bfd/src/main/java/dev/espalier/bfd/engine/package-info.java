/** All sessions, with their timers and sockets. {@link dev.espalier.bfd.engine.BfdSessions} is the place to start reading. */
package dev.espalier.bfd.engine;
