package dev.espalier.cli;

import dev.espalier.transport.client.HttpReply;
import dev.espalier.transport.client.UnixHttpClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;

/** Waits until the daemon has learnt its routes. */
record DaemonReadiness(Path socket, PrintWriter err) {

    private static final int OK = 200;
    private static final Duration PAUSE = Duration.ofMillis(200);

    /**
     * Waits, and says what for whenever that changes.
     *
     * @throws CommandFailure when it takes longer than this
     */
    void await(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        String said = "";
        Answer answer = ask();
        while (!answer.ready()) {
            if (System.nanoTime() > end) {
                throw new CommandFailure(
                        answer.status(),
                        "the daemon is not ready after " + patience.toSeconds() + " s, and nothing was changed: "
                                + answer.why());
            }
            if (!answer.why().equals(said)) {
                said = answer.why();
                err.println("Waiting for the daemon: " + said);
                err.flush();
            }
            pause();
            answer = ask();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitStatus.FAILED, "interrupted", interrupted);
        }
    }

    /** @param status the command's if nothing better comes */
    private record Answer(boolean ready, int status, String why) {}

    private Answer ask() {
        try (HttpReply reply = new UnixHttpClient(socket).get("/readyz")) {
            return new Answer(
                    reply.status() == OK, ExitStatus.FAILED, reply.text().strip());
        } catch (IOException away) {
            return new Answer(
                    false, ExitStatus.UNREACHABLE, "nobody answers on " + socket + " (" + away.getMessage() + ")");
        }
    }
}
