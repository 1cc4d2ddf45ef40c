/** Benchmarks that a reader can repeat. */
@NullMarked
package dev.espalier.bench;

import org.jspecify.annotations.NullMarked;
