/** The daemon: wires everything. */
package dev.espalier.agent;
