package dev.espalier.bgp.sim;

import dev.espalier.route.Loop;
import java.time.Duration;

/** A {@link Loop} on the clock of {@link SimulatedTime}; make one with {@link SimulatedTime#loop}. */
public final class SimulatedLoop implements Loop {

    private final SimulatedTime time;
    private final String name;
    private long stalledUntil;

    SimulatedLoop(SimulatedTime time, String name) {
        this.time = time;
        this.name = name;
    }

    @Override
    public void execute(Runnable task) {
        time.post(this, 0, task);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        return time.post(this, delayNanos, task);
    }

    @Override
    public long now() {
        return time.now();
    }

    /** Whether a task of this loop is running; a test's own code is in no loop. */
    @Override
    public boolean inLoop() {
        return time.running() == this;
    }

    /** Nothing runs on this loop for a while, as in a long pause of the garbage collector; then all that was due, in order. */
    public void stall(Duration pause) {
        stalledUntil = Math.max(stalledUntil, time.now() + pause.toNanos()); // what waits already keeps its place
    }

    long stalledUntil() {
        return stalledUntil;
    }

    @Override
    public String toString() {
        return name;
    }
}
