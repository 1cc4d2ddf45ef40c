/**
 * Takes part in a flannel network: keeps the node's subnet in etcd, the routes to the others' subnets, and the file for the CNI
 * plugin. What is to be done is decided in {@code dev.espalier.flannel}; here it is done.
 */
package dev.espalier.agent.flannel;
