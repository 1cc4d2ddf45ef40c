/** From the etcd that a plan names to one that can be asked, for all parts of the daemon that keep something there. */
package dev.espalier.agent.etcd;
