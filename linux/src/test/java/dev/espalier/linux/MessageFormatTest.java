package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.IpAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class MessageFormatTest {

    private static MessageReader read(MessageWriter writer, int length) {
        MessageReader reader = new MessageReader(4096);
        MemorySegment.copy(writer.segment(), 0, reader.segment(), 0, length);
        reader.filled(length);
        return reader;
    }

    @Test
    void whatIsWrittenIsRead() {
        IpAddress v6 = IpAddress.parse("2001:db8:1:2:3:4:5:6");
        MessageWriter writer = new MessageWriter(4096);
        writer.begin(Rtnetlink.RTM_NEWROUTE, Rtnetlink.NLM_F_CREATE, 7, Rtnetlink.RTMSG)
                .octet(Rtnetlink.RTM_PROTOCOL, 179)
                .address(Rtnetlink.RTA_DST, 16, v6.high(), v6.low())
                .attribute(Rtnetlink.RTA_PRIORITY, -2)
                .end();
        IpAddress v4 = IpAddress.parse("192.0.2.1");
        writer.begin(Rtnetlink.RTM_DELROUTE, 0, 8, Rtnetlink.RTMSG)
                .address(Rtnetlink.RTA_GATEWAY, 4, v4.high(), 0)
                .end();
        writer.acknowledgeLast();

        MessageReader reader = read(writer, writer.length());
        assertThat(reader.next()).isTrue();
        assertThat(reader.type()).isEqualTo(Rtnetlink.RTM_NEWROUTE);
        assertThat(reader.flags()).isEqualTo(Rtnetlink.NLM_F_CREATE);
        assertThat(reader.sequence()).isEqualTo(7);
        assertThat(reader.octet(Rtnetlink.RTM_PROTOCOL)).isEqualTo(179);
        reader.attributes(Rtnetlink.RTMSG);
        assertThat(reader.address(Rtnetlink.RTA_DST)).isEqualTo(v6);
        assertThat(reader.word(Rtnetlink.RTA_PRIORITY, 0)).isEqualTo(-2);
        assertThat(reader.has(Rtnetlink.RTA_GATEWAY)).isFalse();
        assertThat(reader.next()).isTrue();
        assertThat(reader.flags()).isEqualTo(Rtnetlink.NLM_F_ACK);
        reader.attributes(Rtnetlink.RTMSG);
        assertThat(reader.has(Rtnetlink.RTA_DST)).isFalse();
        assertThat(reader.address(Rtnetlink.RTA_GATEWAY)).isEqualTo(v4);
        assertThat(reader.next()).isFalse();
    }

    @Test
    void aMessageCutShortEndsTheReading() {
        MessageWriter writer = new MessageWriter(4096);
        writer.begin(Rtnetlink.RTM_NEWROUTE, 0, 1, Rtnetlink.RTMSG).end();
        assertThat(read(writer, writer.length() - 1).next()).isFalse();
        assertThat(read(writer, 10).next()).isFalse();
        writer.segment().set(ValueLayout.JAVA_INT, 0, 3);
        assertThat(read(writer, writer.length()).next())
                .as("shorter than its header")
                .isFalse();
    }

    @Test
    void anAttributeWithAWrongLengthEndsTheSearch() {
        MessageWriter writer = new MessageWriter(4096);
        writer.begin(Rtnetlink.RTM_NEWROUTE, 0, 1, Rtnetlink.RTMSG)
                .attribute(Rtnetlink.RTA_PRIORITY, 5)
                .attribute(Rtnetlink.RTA_TABLE, 6)
                .end();
        writer.segment().set(ValueLayout.JAVA_SHORT, Rtnetlink.NLMSG_HEADER + Rtnetlink.RTMSG + 8, (short) 2000);
        MessageReader reader = read(writer, writer.length());
        assertThat(reader.next()).isTrue();
        reader.attributes(Rtnetlink.RTMSG);
        assertThat(reader.word(Rtnetlink.RTA_PRIORITY, 0)).isEqualTo(5);
        assertThat(reader.has(Rtnetlink.RTA_TABLE)).isFalse();
    }
}
