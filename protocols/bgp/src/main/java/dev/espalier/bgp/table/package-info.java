/**
 * The tables of BGP as plain data: what each neighbour said (Adj-RIB-In), which path is best and why (Loc-RIB and the decision
 * process), what each update group was told (Adj-RIB-Out). Deterministic, mutable, compact, owned by one loop; the
 * {@code engine} package drives them and is the only caller. They never send, receive, wait or log.
 */
package dev.espalier.bgp.table;
