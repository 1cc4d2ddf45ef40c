/** Recordings of BGP: MRT, pcap, pcapng and hexadecimal lines. See the module for what belongs here. */
package dev.espalier.capture;
