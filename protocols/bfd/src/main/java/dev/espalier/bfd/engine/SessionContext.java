package dev.espalier.bfd.engine;

import dev.espalier.route.Datagrams;
import dev.espalier.route.EventSink;
import dev.espalier.route.Loop;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/**
 * What all sessions have in common.
 *
 * @param datagrams where sockets come from
 * @param loop the loop of all sessions, and of their sockets
 * @param events who hears what happened
 * @param linkIndex the kernel's number for a link's name, or 0 where there is no such link
 * @param random draws jitter, discriminators and source ports
 */
record SessionContext(
        Datagrams datagrams, Loop loop, EventSink events, ToIntFunction<String> linkIndex, RandomGenerator random) {}
