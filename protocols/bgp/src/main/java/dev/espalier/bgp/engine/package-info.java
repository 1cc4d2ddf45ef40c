/**
 * The BGP engine: drives the tables with what the sessions say, hands the best paths to the routing table, and tells the
 * neighbours. Everything here runs on one loop, the owner of the tables; sessions live on loops of their own and exchange
 * messages with it.
 *
 * <p>Start reading at {@link dev.espalier.bgp.engine.Speaker}.
 */
package dev.espalier.bgp.engine;
