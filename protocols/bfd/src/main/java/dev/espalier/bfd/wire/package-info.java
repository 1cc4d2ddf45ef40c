/** Control packets and their octets (RFC 5880 section 4). */
package dev.espalier.bfd.wire;
