/** Text to values that know their place, and the errors that name such a place. */
package dev.espalier.objects.document;
