/** Configuration objects, and what they are compiled against. */
package dev.espalier.objects;
