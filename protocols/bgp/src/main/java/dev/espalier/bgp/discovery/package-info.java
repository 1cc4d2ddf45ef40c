/**
 * Finding the BGP neighbour on a link without knowing its address (unnumbered peers): what router advertisements say and what
 * follows from them, pure, and the part that plays it on a loop.
 */
package dev.espalier.bgp.discovery;
