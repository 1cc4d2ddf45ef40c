package dev.espalier.cli;

import dev.espalier.agent.api.Daemon;
import dev.espalier.agent.api.IpamView;
import dev.espalier.agent.api.PodService;
import dev.espalier.agent.api.PodView;
import dev.espalier.agent.api.ReleaseView;
import java.util.List;
import java.util.Map;

/** Pods and addresses, with one of everything that looks different. */
final class SamplePods implements PodService {

    private static final String SINCE = "2026-11-28T09:00:00Z";

    @Override
    public CniAnswer cni(Map<String, String> environment, String input) {
        return new CniAnswer(true, "");
    }

    @Override
    public List<PodView> pods() {
        return List.of(
                new PodView(
                        "pods/c1/eth0",
                        "web/shop-1",
                        List.of("10.42.0.1", "2001:db8:42::1"),
                        "esp0123456789a",
                        1450,
                        SINCE,
                        null),
                new PodView("pods/c2/eth0", "web/shop-2", List.of("10.42.0.2"), null, 0, SINCE, "it has no interface"));
    }

    @Override
    public IpamView ipam() {
        IpamView.Allocation first = new IpamView.Allocation("10.42.0.1", "pods/c1/eth0", "web/shop-1", "node-1", SINCE);
        IpamView.Allocation borrowed =
                new IpamView.Allocation("10.42.0.65", "pods/c2/eth0", "web/shop-2", "node-1", SINCE);
        return new IpamView(
                "/var/lib/espalier/state",
                List.of(
                        new IpamView.Pool("all", "10.42.0.0/16", true, false, 2, 2, 1, 65_536),
                        new IpamView.Pool("old", "2001:db8:42::/48", false, true, 0, 0, 0, Long.MAX_VALUE)),
                List.of(
                        new IpamView.Block("10.42.0.0/26", "all", "node-1", true, 1, List.of(first)),
                        new IpamView.Block("10.42.0.64/26", "all", null, true, 0, List.of(borrowed))),
                List.of("10.42.0.65 was given to web/shop-2, which has no interface here"));
    }

    @Override
    public ReleaseView release(String address, boolean force) {
        if (!force) {
            throw new Daemon.RequestException(address + " is in use: web/shop-1 has an interface here");
        }
        return new ReleaseView(address, "pods/c1/eth0", "web/shop-1", "node-1");
    }
}
