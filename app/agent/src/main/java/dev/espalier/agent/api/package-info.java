/**
 * The daemon's face: immutable views of what it does and why, and the HTTP API that shows them. The records here are the JSON
 * that clients see: a change of a name is a change of the API.
 */
package dev.espalier.agent.api;
