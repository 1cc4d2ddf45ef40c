package dev.espalier.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When the heap is collected for the sake of memory alone; figures are MB in use, once in a period. */
class QuietCollectionTest {

    private final QuietCollection collection = new QuietCollection();

    @Test
    void aHeapThatIsBusyIsLeftToTheCollector() {
        for (int used : new int[] {20, 60, 40, 90, 50, 70}) {
            assertThat(due(used)).as("%d MB", used).isFalse();
        }
    }

    @Test
    void whatAGreatChangeLeavesIsCollectedOnceItIsQuietAndAgainWhileThatHelps() {
        settleAt(30);
        assertThat(due(140)).isFalse();
        assertThat(due(140)).isTrue();
        collection.collected(90L << 20);
        assertThat(due(90)).isTrue();
        collection.collected(60L << 20);
        assertThat(due(60)).isTrue();
        collection.collected(60L << 20);
        assertThat(due(60)).isFalse();
        assertThat(due(60)).isFalse();
    }

    @Test
    void anIdleHeapIsNotCollectedForTheLittleThatQuestionsLeave() {
        settleAt(30);
        for (int used = 30; used < 46; used++) {
            assertThat(due(used)).as("%d MB", used).isFalse();
            assertThat(due(used)).as("%d MB", used).isFalse();
        }
        assertThat(due(46)).isFalse();
        assertThat(due(46)).isTrue();
    }

    @Test
    void aTableThatStaysIsNotCollectedForEver() {
        settleAt(30);
        due(140);
        assertThat(due(140)).isTrue();
        collection.collected(138L << 20);
        assertThat(due(138)).isFalse();
        assertThat(due(139)).isFalse();
        assertThat(due(139)).isFalse();
    }

    private void settleAt(int used) {
        due(used);
        if (due(used)) {
            collection.collected((long) used << 20);
        }
    }

    private boolean due(int used) {
        return collection.isDue((long) used << 20);
    }
}
