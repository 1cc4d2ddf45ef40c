/** A client of the agent's API for programs that must start fast: plain NIO, and no class of Netty is loaded. */
package dev.espalier.transport.client;
