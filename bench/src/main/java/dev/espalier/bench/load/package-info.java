/**
 * A load generator for BGP daemons: plays their neighbours over TCP, and measures until the last neighbour holds exactly the
 * table it should. One thread; everything that grows with the table is made before a clock starts.
 */
@NullMarked
package dev.espalier.bench.load;

import org.jspecify.annotations.NullMarked;
