package dev.espalier.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When the heap is collected for the sake of memory alone; figures are MB, once in a period. */
class QuietCollectionTest {

    private final QuietCollection collection = new QuietCollection();
    private long allocated;

    @Test
    void aBusyHeapIsLeftToTheCollector() {
        for (int more : new int[] {20, 60, 40, 1, 50, 2}) {
            assertThat(dueAfter(more)).as("%d MB", more).isFalse();
        }
    }

    @Test
    void whatAGreatChangeLeavesIsCollectedOnceItIsQuietAndAgainWhileThatHelps() {
        assertThat(dueAfter(140)).isFalse();
        assertThat(dueAfter(0)).isTrue();
        collected(140, 90);
        assertThat(dueAfter(0)).isTrue();
        collected(90, 60);
        assertThat(dueAfter(0)).isTrue();
        collected(60, 60);
        assertThat(dueAfter(0)).isFalse();
        assertThat(dueAfter(0)).isFalse();
    }

    /** What is in use does not show it: before it is collected, what was withdrawn is still counted. */
    @Test
    void aTableThatIsWithdrawnAfterAQuietTimeIsCollectedAsWell() {
        dueAfter(140);
        assertThat(dueAfter(0)).isTrue();
        collected(140, 138);
        assertThat(dueAfter(0)).isFalse();

        assertThat(dueAfter(20)).isFalse();
        assertThat(dueAfter(0)).isTrue();
    }

    @Test
    void theLittleThatQuestionsLeaveIsCollectedOnlyOnceItIsMuch() {
        int periods = 0;
        allocated += 1 << 10;
        while (!collection.isDue(allocated)) {
            periods++;
            allocated += 512 << 10;
        }
        assertThat(periods).isGreaterThan(30);
    }

    /** Every collection frees what was allocated since the last, and what threads had at hand: of a small heap that is much. */
    @Test
    void aSmallHeapInWhichLittleHappensIsNotCollectedForThatLittle() {
        dueAfter(30);
        assertThat(dueAfter(0)).isTrue();
        collected(38, 8);
        int collections = 0;
        for (int period = 0; period < 30; period++) {
            allocated += 512 << 10;
            if (collection.isDue(allocated)) {
                collections++;
                collection.collected(11 << 20, 8 << 20);
            }
        }
        assertThat(collections).isOne();
    }

    private boolean dueAfter(int more) {
        allocated += (long) more << 20;
        return collection.isDue(allocated);
    }

    private void collected(int before, int after) {
        collection.collected((long) before << 20, (long) after << 20);
    }
}
