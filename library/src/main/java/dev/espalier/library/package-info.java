/**
 * A BGP speaker inside a program: {@link dev.espalier.library.BgpSpeaker} is the whole entry.
 *
 * <p>What it is told and what it answers are the engine's own values: {@link dev.espalier.bgp.SpeakerConfig} and
 * {@link dev.espalier.bgp.PeerConfig} say who talks to whom, {@link dev.espalier.policy.PolicyCompiler} makes policies,
 * {@link dev.espalier.route.PathAttributes} says what is said of a route, and {@link dev.espalier.bgp.engine.PeerSnapshot} and
 * {@link dev.espalier.bgp.engine.PrefixSnapshot} are the answers. They are immutable and may go to any thread.
 */
package dev.espalier.library;
