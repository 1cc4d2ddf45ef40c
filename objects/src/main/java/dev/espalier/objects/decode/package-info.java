/** From values to records: what every kind's decoder is put together from. */
package dev.espalier.objects.decode;
