package dev.espalier.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntRowsTest {

    private static final int LIMIT = 5_000;

    /** A row of the model: key and two other columns. */
    private record Row(int key, int second, int third) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithAMapOfRows(long seed) {
        Random random = new Random(seed);
        IntRows rows = new IntRows(3);
        TreeMap<Integer, Row> model = new TreeMap<>();
        // the third column has few values, so that it is uniform here and there; the seed says how many
        int thirdValues = 1 + (int) seed % 3;
        for (int step = 0; step < 30_000; step++) {
            int id = random.nextInt(LIMIT);
            boolean shrinking = step / 10_000 == 1;
            if (random.nextInt(10) < (shrinking ? 9 : 3)) {
                rows.key(id, 0);
                model.remove(id);
            } else {
                Row row = new Row(random.nextInt() | 1, random.nextInt(), random.nextInt(thirdValues));
                put(rows, id, row);
                model.put(id, row);
            }
            int asked = random.nextInt(2 * LIMIT);
            assertThat(row(rows, asked))
                    .as("seed %d step %d row %d", seed, step, asked)
                    .isEqualTo(model.get(asked));
        }
        agree(rows, model);
        IntRows copy = rows.copy();
        model.keySet().forEach(id -> rows.key(id, 0));
        agree(copy, model);
        agree(rows, new TreeMap<>());
    }

    private static void put(IntRows rows, int id, Row row) {
        rows.key(id, row.key);
        rows.set(1, id, row.second);
        rows.set(2, id, row.third);
    }

    private static Row row(IntRows rows, int id) {
        int key = rows.key(id);
        return key == 0 ? null : new Row(key, rows.get(1, id), rows.get(2, id));
    }

    private static void agree(IntRows rows, SortedMap<Integer, Row> model) {
        List<Integer> visited = new ArrayList<>();
        for (int id = rows.next(0); id >= 0; id = rows.next(id + 1)) {
            visited.add(id);
            assertThat(row(rows, id)).isEqualTo(model.get(id));
        }
        assertThat(visited).containsExactlyElementsOf(model.keySet());
        for (int from : new int[] {0, 1, 1_023, 1_024, 2_500, LIMIT, 3 * LIMIT}) {
            int free = from;
            while (model.containsKey(free)) {
                free++;
            }
            assertThat(rows.nextFree(from)).as("free from %d", from).isEqualTo(free);
        }
    }

    @Test
    void rowsMayEndAndBeginWhileTheyAreVisited() {
        IntRows rows = new IntRows(1);
        for (int id = 0; id < 3_000; id++) {
            rows.key(id, 1);
        }
        int visited = 0;
        for (int id = rows.next(0); id >= 0; id = rows.next(id + 1)) {
            rows.key(id, 0);
            visited++;
        }
        assertThat(visited).isEqualTo(3_000);
        assertThat(rows.next(0)).isEqualTo(-1);
    }

    @Test
    void whatEndsTwiceOrNeverBeganDoesNothing() {
        IntRows rows = new IntRows(2);
        rows.key(70_000, 0);
        rows.key(5, 0);
        put(rows, 5, 9);
        put(rows, 6, 9);
        rows.key(5, 0);
        rows.key(5, 0);
        assertThat(rows.next(0)).isEqualTo(6);
        rows.key(6, 0);
        assertThat(rows.next(0)).isEqualTo(-1);
    }

    @Test
    void aNewRowFindsNothingOfTheOneThatHadItsNumber() {
        IntRows rows = new IntRows(2);
        put(rows, 2_000, 7);
        put(rows, 2_001, 8);
        rows.key(2_000, 0);
        rows.key(2_001, 0);
        put(rows, 2_001, 7);
        put(rows, 2_000, 7);
        assertThat(List.of(rows.get(1, 2_000), rows.get(1, 2_001))).containsExactly(7, 7);
    }

    private static void put(IntRows rows, int id, int value) {
        rows.key(id, 1);
        rows.set(1, id, value);
    }
}
