/** TCP for the protocols and HTTP for the agent's API, on Netty's native epoll. */
package dev.espalier.transport;
