package dev.espalier.bgp.fsm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.ErrorCode;
import dev.espalier.bgp.wire.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table in {@link HardReset}. */
class HardResetTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 6, 8, 10})
    void aCeaseThatIsMeantBecomesAHardResetThatCarriesIt(int subcode) {
        Message.Notification sent =
                HardReset.wrapped(new Message.Notification(ErrorCode.CEASE, subcode, new byte[] {2, 'h', 'i'}));
        assertThat(sent).isEqualTo(new Message.Notification(ErrorCode.CEASE, ErrorCode.CEASE_HARD_RESET, new byte[] {
            ErrorCode.CEASE, (byte) subcode, 2, 'h', 'i'
        }));
        assertThat(HardReset.is(sent)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1,2", "2,2", "3,1", "4,0", "5,3", "6,5", "6,7", "8,0"})
    void anAccidentIsSentAsItIs(int code, int subcode) {
        Message.Notification notification = new Message.Notification(code, subcode);
        assertThat(HardReset.wrapped(notification)).isSameAs(notification);
        assertThat(HardReset.is(notification)).isFalse();
    }

    @Test
    void aHardResetIsNotWrappedTwice() {
        Message.Notification once = HardReset.wrapped(new Message.Notification(6, 3));
        assertThat(HardReset.wrapped(once)).isSameAs(once);
    }
}
