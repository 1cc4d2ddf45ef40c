package dev.espalier.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PathTraceTest {

    @Test
    void boxesAtOneDistanceAreToldByNameInWhicheverOrderTheKernelHasTheNextHops() {
        Set<String> asTheKernelHasThem = new LinkedHashSet<>(List.of("spine-2", "spine-1"));

        assertThat(PathTrace.words(List.of(Set.of("tor-1"), asTheKernelHasThem, Set.of("tor-2"))))
                .isEqualTo("tor-1 > spine-1 | spine-2 > tor-2");
    }
}
