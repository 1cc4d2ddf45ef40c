/**
 * Values of the network: addresses, prefixes, AS numbers, communities, and the table that gives prefixes dense numbers.
 *
 * <p><b>Owns</b> the text and binary forms of these values: whoever parses an address or a prefix does it here, so that every
 * part of Espalier accepts and prints the same words. {@link dev.espalier.net.PrefixTable} is the one structure in the house
 * that finds a prefix; the BGP tables and the node's routing table share its numbers instead of keeping tries of their own.
 *
 * <p><b>Called by</b> everything. <b>Must never</b> do input or output, know a protocol, read a clock, or depend on another
 * module.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.net {
    requires static transitive org.jspecify;

    exports dev.espalier.net;
}
