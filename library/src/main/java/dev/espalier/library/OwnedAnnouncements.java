package dev.espalier.library;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.library.instance.Instance;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.PathAttributes;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one owner announces through a speaker: a name, and the way to the loop. It keeps nothing itself. */
final class OwnedAnnouncements implements Announcements {

    private final BgpSpeaker speaker;
    private final String owner;

    OwnedAnnouncements(BgpSpeaker speaker, String owner) {
        this.speaker = speaker;
        this.owner = owner;
    }

    @Override
    public Optional<String> announce(IpPrefix prefix, PathAttributes attributes) {
        return put(prefix, attributes, null);
    }

    @Override
    public Optional<String> announce(IpPrefix prefix, PathAttributes attributes, List<String> peers) {
        if (peers.isEmpty()) {
            throw new IllegalArgumentException(prefix + " is for no peer at all: name one, or leave the list out");
        }
        return put(prefix, attributes, List.copyOf(peers));
    }

    private Optional<String> put(IpPrefix prefix, PathAttributes attributes, @Nullable List<String> peers) {
        ConfigCheck.checkPrefix(prefix);
        ConfigCheck.checkAttributes(prefix, attributes);
        SpeakerConfig.Origination origination = new SpeakerConfig.Origination(attributes, peers, false, owner);
        return speaker.ask(view -> put(view, prefix, origination));
    }

    private Optional<String> put(Instance.View view, IpPrefix prefix, SpeakerConfig.Origination origination) {
        ConfigCheck.checkPeers(
                prefix, origination.peers(), view.speaker().view().config());
        Optional<String> before = view.speaker().announce(owner, prefix, origination);
        speaker.reporter().announced(List.of(prefix));
        return before;
    }

    @Override
    public void withdraw(IpPrefix prefix) {
        speaker.ask(view -> {
            view.speaker().withdraw(owner, prefix);
            return prefix;
        });
    }

    @Override
    public void close() {
        speaker.askIfOpen(view -> {
            view.speaker().withdrawAll(owner);
            return owner;
        });
    }
}
