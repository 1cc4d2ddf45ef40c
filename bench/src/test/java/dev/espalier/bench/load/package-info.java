/** What the load generator measures is what happened. */
@NullMarked
package dev.espalier.bench.load;

import org.jspecify.annotations.NullMarked;
