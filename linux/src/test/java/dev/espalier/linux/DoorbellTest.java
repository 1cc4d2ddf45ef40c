package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thread waits for a netlink socket; each test hangs if the wait does not end. */
@Timeout(20)
class DoorbellTest {

    private final NetlinkSocket socket = NetlinkSocket.open();
    private final Doorbell doorbell = new Doorbell();

    @AfterEach
    void close() {
        doorbell.close();
        socket.close();
    }

    @Test
    void aRingEndsTheWaitOfAnotherThread() throws InterruptedException {
        Thread waiting = Thread.ofPlatform().start(() -> doorbell.await(socket.fd(), Doorbell.FOREVER));
        doorbell.ring();
        assertThat(waiting.join(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void aRingBeforeTheWaitIsNotLostAndEndsOneWaitOnly() {
        doorbell.ring();
        doorbell.ring();
        doorbell.await(socket.fd(), Doorbell.FOREVER);

        assertWaits(doorbell);
    }

    @Test
    void somethingToReadEndsTheWait() {
        MessageWriter question = new MessageWriter(1024);
        question.begin(Rtnetlink.RTM_GETLINK, Rtnetlink.NLM_F_REQUEST | Rtnetlink.NLM_F_DUMP, 1, Rtnetlink.IFINFOMSG);
        question.end();
        socket.send(question);

        doorbell.await(socket.fd(), Doorbell.FOREVER);
        assertThat(socket.poll(new MessageReader(64 * 1024))).isZero();
    }

    @Test
    void afterItIsClosedARingTouchesNoOtherFile() {
        doorbell.close();
        try (Doorbell another = new Doorbell()) { // gets the number that has become free
            doorbell.ring();
            assertWaits(another);
        }
    }

    private void assertWaits(Doorbell which) {
        long began = System.nanoTime();
        which.await(socket.fd(), TimeUnit.MILLISECONDS.toNanos(50));
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
    }
}
