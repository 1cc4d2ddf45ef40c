package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.AddressFamily;
import dev.espalier.route.Fib;
import dev.espalier.route.NextHop.Hop;
import dev.espalier.route.RoutingInstance;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a process hears that may not change routes: root, but without CAP_NET_ADMIN. */
@Tag("netns")
class WithoutPrivilegesTest {

    @Test
    void theRefusalNamesThePrivilegeAndReadingWorks() {
        try (TestNamespace namespace = new TestNamespace()) {
            String output = namespace.exec(
                    "setpriv",
                    "--bounding-set=-net_admin",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Child.class.getName());
            assertThat(output)
                    .contains("missing: [CAP_NET_ADMIN is missing, which is needed to change routes")
                    .contains("read: 0 routes")
                    .contains("refused: Next-hop group 1")
                    .contains("this needs root or CAP_NET_ADMIN (EPERM)");
        }
    }

    /** Runs in a process of its own. */
    static final class Child {
        private Child() {}

        /** Tries what needs the privilege, and prints how it went. */
        public static void main(String[] arguments) throws Exception {
            System.out.println("missing: "
                    + Capabilities.ofThisProcess()
                            .missing(Capabilities.Capability.CAP_NET_ADMIN, Capabilities.Capability.CAP_NET_RAW));
            int[] routes = {0};
            try (NetlinkFib fib = new NetlinkFib();
                    TestLoop loop = new TestLoop()) {
                fib.read(RoutingInstance.DEFAULT, new Fib.Contents() {
                    @Override
                    public int group(Fib.Members members) {
                        return 1;
                    }

                    @Override
                    public void route(AddressFamily family, long high, long low, int length, int group) {
                        routes[0]++;
                    }
                });
                System.out.println("read: " + routes[0] + " routes");
                Fib.Batch batch = new Fib.Batch(RoutingInstance.DEFAULT);
                batch.putGroup(AddressFamily.IPV4, 1, Fib.Members.of(List.of(Hop.DISCARD)));
                CountDownLatch done = new CountDownLatch(1);
                fib.submit(batch, loop, failures -> {
                    failures.forEach(failure -> System.out.println("refused: " + failure.reason()));
                    done.countDown();
                });
                done.await();
            }
        }
    }
}
