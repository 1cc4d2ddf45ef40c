/** The kinds: for each, a record of its spec and the decoder that makes it. */
package dev.espalier.objects.kind;
