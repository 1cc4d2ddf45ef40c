package dev.espalier.bgp.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What counts as progress for the send hold timer. */
class SendProgressTest {

    private final SendProgress progress = new SendProgress(100);

    @Test
    void withNothingWaitingNobodyStalls() {
        assertThat(progress.stalledFor(1_000, 50, 0)).isZero();
        assertThat(progress.stalledFor(9_000, 50, 0)).isZero();
    }

    @Test
    void whatIsGivenButNotTakenIsNoProgress() {
        assertThat(progress.stalledFor(200, 500, 400)).isZero();
        assertThat(progress.stalledFor(300, 900, 800)).isEqualTo(100);
        assertThat(progress.stalledFor(400, 1_900, 1_800)).isEqualTo(200);
    }

    @Test
    void aSingleOctetTakenIsProgress() {
        assertThat(progress.stalledFor(200, 500, 500)).isEqualTo(100);
        assertThat(progress.stalledFor(300, 900, 899)).isZero();
        assertThat(progress.stalledFor(400, 900, 899)).isEqualTo(100);
    }
}
