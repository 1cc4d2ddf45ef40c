package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.SpeakerConfig.Origination;
import dev.espalier.net.IpPrefix;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who speaks for a prefix that several want announced. */
class ClaimsTest {

    private static final IpPrefix PREFIX = IpPrefix.parse("198.51.100.1/32");
    private static final IpPrefix OTHER = IpPrefix.parse("198.51.100.2/32");

    private final Claims claims = new Claims();

    private static Origination with(int med) {
        return Network.announcement(med);
    }

    @Test
    void whoCameFirstSpeaksUntilItWithdraws() {
        claims.put("a", PREFIX, with(1));
        claims.put("b", PREFIX, with(2));
        assertThat(claims.speaksFor(PREFIX)).isEqualTo("a");
        claims.put("a", PREFIX, with(3)); // another word does not cost the place
        assertThat(claims.inForce(PREFIX)).isEqualTo(with(3));
        claims.remove("a", PREFIX);
        assertThat(claims.inForce(PREFIX)).isEqualTo(with(2));
        claims.remove("b", PREFIX);
        assertThat(claims.inForce(PREFIX)).isNull();
        assertThat(claims.speaksFor(PREFIX)).isNull();
        assertThat(claims.owners()).isEmpty();
    }

    @Test
    void theConfigurationSpeaksBeforeAllOthersAlsoWhenItComesLater() {
        claims.put("a", PREFIX, with(1));
        assertThat(claims.configure(Map.of(PREFIX, with(9)))).containsExactly(PREFIX);
        assertThat(claims.speaksFor(PREFIX)).isEqualTo(Claims.CONFIGURATION);
        assertThat(claims.inForce(PREFIX)).isEqualTo(with(9));
        assertThat(claims.configure(Map.of(OTHER, with(9)))).containsExactly(PREFIX, OTHER);
        assertThat(claims.inForce(PREFIX)).isEqualTo(with(1));
    }

    @Test
    void withdrawingWhatAnotherAnnouncedChangesNothing() {
        claims.put("a", PREFIX, with(1));
        claims.remove("b", PREFIX);
        claims.remove("a", OTHER);
        assertThat(claims.inForce(PREFIX)).isEqualTo(with(1));
        assertThat(claims.of("a")).containsExactly(PREFIX);
        assertThat(claims.of("b")).isEmpty();
    }
}
