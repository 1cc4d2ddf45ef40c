package dev.espalier.library;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.engine.PrefixSnapshot;
import dev.espalier.bgp.engine.Speaker;
import dev.espalier.bgp.engine.SpeakerObserver;
import dev.espalier.bgp.engine.SpeakerView;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.Loop;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * Turns what the engine does into events. It notes what changed while the engine works, and looks at it, and asks for the reasons,
 * in tasks of its own that are short: what changes again meanwhile is looked at once. While nobody listens it does nothing. On the
 * routing loop only.
 */
final class Reporter implements SpeakerObserver {

    /** How many prefixes, or verdicts, are looked at before other tasks of the loop get their turn. */
    private static final int BUDGET = 512;

    private final EventStream stream;
    private final Speaker speaker;
    private final Loop loop;
    private final SequencedSet<IpPrefix> changed = new LinkedHashSet<>();
    /** Announcements to be looked at for every peer. */
    private final SequencedSet<IpPrefix> announced = new LinkedHashSet<>();
    /** Peers for which every announcement is to be looked at. */
    private final SequencedSet<IpAddress> peers = new LinkedHashSet<>();

    private IpAddress peer = Ipv4Address.UNSPECIFIED;
    /** The announcements not yet looked at for {@link #peer}. */
    private Iterator<IpPrefix> forPeer = List.<IpPrefix>of().iterator();

    private boolean working;

    Reporter(EventStream stream, Speaker speaker, Loop loop) {
        this.stream = stream;
        this.speaker = speaker;
        this.loop = loop;
    }

    @Override
    public void established(PeerConfig config, IpAddress address, Negotiated negotiated) {
        stream.publish(new SpeakerEvent.SessionUp(config.name(), address, negotiated.peerAs()));
        if (stream.hasSubscribers()) {
            peers.add(address);
            work();
        }
    }

    @Override
    public void closed(PeerConfig config, IpAddress address, String because) {
        stream.publish(new SpeakerEvent.SessionDown(config.name(), address, because));
    }

    @Override
    public boolean hearsRoutes() {
        return stream.hasSubscribers();
    }

    @Override
    public void bestChanged(IpPrefix prefix) {
        changed.add(prefix);
        work();
    }

    /** A prefix was announced at run time, or more than one. */
    void announced(Collection<IpPrefix> prefixes) {
        if (stream.hasSubscribers()) {
            announced.addAll(prefixes);
            work();
        }
    }

    private void work() {
        if (!working) {
            working = true;
            loop.execute(this::look);
        }
    }

    private void look() {
        working = false;
        if (!stream.hasSubscribers()) {
            changed.clear();
            announced.clear();
            peers.clear();
            return;
        }
        SpeakerView view = speaker.view();
        for (int i = 0; i < BUDGET && !changed.isEmpty(); i++) {
            best(view, changed.removeFirst());
        }
        // A verdict on what is not decided yet would be about something else.
        if (speaker.isDecided()) {
            judge(view);
        }
        if (!changed.isEmpty() || !announced.isEmpty() || !peers.isEmpty() || forPeer.hasNext()) {
            work();
        }
    }

    private void best(SpeakerView view, IpPrefix prefix) {
        List<PrefixSnapshot.Path> paths =
                view.prefix(prefix).map(PrefixSnapshot::paths).orElse(List.of());
        if (paths.isEmpty()) {
            stream.publish(new SpeakerEvent.BestWithdrawn(prefix, "nobody announces it any more"));
        } else if (paths.getFirst().role() == PrefixSnapshot.Role.BEST) {
            stream.publish(new SpeakerEvent.BestChanged(prefix, paths.getFirst()));
        } else {
            String because = "no path can be used; the first is refused: "
                    + paths.getFirst().because();
            stream.publish(new SpeakerEvent.BestWithdrawn(prefix, because));
        }
    }

    private void judge(SpeakerView view) {
        int verdicts = 0;
        while (verdicts < BUDGET) {
            if (forPeer.hasNext()) {
                IpPrefix prefix = forPeer.next();
                verdicts += 1 + judge(view, prefix, view.told(prefix, peer));
            } else if (!peers.isEmpty()) {
                peer = peers.removeFirst();
                forPeer = view.announcedAtRunTime().iterator();
                verdicts++;
            } else if (!announced.isEmpty()) {
                IpPrefix prefix = announced.removeFirst();
                verdicts += 1
                        + judge(
                                view,
                                prefix,
                                view.explain(prefix).map(PrefixSnapshot::told).orElse(List.of()));
            } else {
                return;
            }
        }
    }

    /** Tells who is not told our announcement. */
    private int judge(SpeakerView view, IpPrefix prefix, List<PrefixSnapshot.Told> told) {
        String owner = view.announcedBy(prefix).orElse("");
        PrefixSnapshot.Path own = view.prefix(prefix).stream()
                .flatMap(found -> found.paths().stream())
                .filter(path -> path.peer() == null)
                .findFirst()
                .orElse(null);
        if (own == null) {
            return 0; // withdrawn meanwhile
        }
        if (own.role() != PrefixSnapshot.Role.BEST) {
            String because = "peers are told another path, since this one is not the best: " + own.because();
            stream.publish(new SpeakerEvent.AnnouncementRefused(prefix, owner, null, null, because));
            return told.size();
        }
        for (PrefixSnapshot.Told one : told) {
            boolean ours = one.path() == null || one.path().equals("ourselves");
            if (ours && one.attributes() == null) {
                stream.publish(
                        new SpeakerEvent.AnnouncementRefused(prefix, owner, one.peer(), one.address(), one.because()));
            }
        }
        return told.size();
    }
}
