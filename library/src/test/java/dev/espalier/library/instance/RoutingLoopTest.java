package dev.espalier.library.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.route.Event;
import dev.espalier.route.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop that owns the tables. */
@Timeout(20)
class RoutingLoopTest {

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final RoutingLoop loop = new RoutingLoop("test", events::add);

    @AfterEach
    void end() {
        loop.close();
    }

    private void settle() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(done::countDown);
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void tasksOfOneThreadRunInTheirOrderAndOnTheLoop() throws InterruptedException {
        List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            int number = i;
            loop.execute(() -> {
                assertThat(loop.inLoop()).isTrue();
                ran.add(number);
            });
        }
        settle();
        assertThat(ran).hasSize(10_000).isSorted();
        assertThat(loop.inLoop()).isFalse();
    }

    /** Holds the loop until the latch is opened. */
    private void hold(CountDownLatch until) {
        loop.execute(() -> {
            try {
                until.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Test
    void aTaskThatGoesAheadRunsBeforeThoseThatWaitAndAfterOthersLikeIt() throws InterruptedException {
        List<String> ran = new ArrayList<>();
        CountDownLatch all = new CountDownLatch(1);
        hold(all);
        for (String name : List.of("a", "b", "c")) {
            loop.execute(() -> ran.add(name));
        }
        loop.executeAhead(() -> ran.add("first"));
        loop.executeAhead(() -> ran.add("second"));
        all.countDown();
        settle();
        assertThat(ran).containsExactly("first", "second", "a", "b", "c");
    }

    @Test
    void aTimerIsNotHeldUpByLongTasksThatWait() throws InterruptedException {
        List<String> ran = new ArrayList<>();
        CountDownLatch all = new CountDownLatch(1);
        hold(all);
        loop.schedule(0, () -> ran.add("timer"));
        for (int i = 0; i < 20; i++) {
            loop.execute(() -> {
                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2);
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                ran.add("task");
            });
        }
        all.countDown();
        settle();
        assertThat(ran.indexOf("timer")).isBetween(0, 2);
    }

    @Test
    void aLoopThatIsStuckInATaskDoesNotTurn() {
        CountDownLatch stuck = new CountDownLatch(1);
        assertThat(loop.turnsWithin(Duration.ofSeconds(10))).isTrue();
        hold(stuck);
        assertThat(loop.turnsWithin(Duration.ofMillis(50))).isFalse();
        stuck.countDown();
        assertThat(loop.turnsWithin(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void noTaskIsMissedWhileTheLoopGoesToSleepAgainAndAgain() throws InterruptedException {
        for (int i = 0; i < 5_000; i++) {
            settle();
        }
    }

    @Test
    void timersRunInTheOrderOfTheirTimeAndNotBefore() throws InterruptedException {
        List<String> ran = new CopyOnWriteArrayList<>();
        CountDownLatch last = new CountDownLatch(1);
        long start = System.nanoTime();
        loop.schedule(TimeUnit.MILLISECONDS.toNanos(60), () -> {
            ran.add("late");
            last.countDown();
        });
        loop.schedule(TimeUnit.MILLISECONDS.toNanos(20), () -> ran.add("early"));
        assertThat(last.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).containsExactly("early", "late");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(60));
    }

    @Test
    void aCancelledTimerDoesNotRunAlsoWhenItWasDue() throws InterruptedException {
        List<String> ran = new CopyOnWriteArrayList<>();
        CountDownLatch kept = new CountDownLatch(1);
        loop.execute(() -> {
            Loop.Timer timer = loop.schedule(0, () -> ran.add("cancelled"));
            loop.schedule(0, () -> {
                ran.add("kept");
                kept.countDown();
            });
            timer.cancel();
        });
        assertThat(kept.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).containsExactly("kept");
    }

    @Test
    void timersRunAlsoWhileTasksKeepComing() throws InterruptedException {
        CountDownLatch due = new CountDownLatch(1);
        loop.schedule(TimeUnit.MILLISECONDS.toNanos(5), due::countDown);
        loop.execute(new Runnable() {
            @Override
            public void run() {
                if (due.getCount() > 0) {
                    loop.execute(this);
                }
            }
        });
        assertThat(due.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aTaskThatFailsIsToldAndTheNextOneRuns() throws InterruptedException {
        loop.execute(() -> {
            throw new IllegalStateException("broken");
        });
        settle();
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.severity()).isEqualTo(Event.Severity.ERROR);
            assertThat(event.message()).contains("broken").contains("RoutingLoopTest");
        });
    }
}
