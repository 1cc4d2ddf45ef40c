/** BGP: codec, state machine, tables and engine, without sockets or threads. */
package dev.espalier.bgp;
