package dev.espalier.linux;

/** The kernel refused a netlink request, or a netlink socket could not be opened. The message is a sentence for people. */
public final class NetlinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String sentence;
    private final int errno;
    private final String kernelText;

    /**
     * @param what what was asked, as the beginning of a sentence
     * @param errno the kernel's error number
     * @param kernelText the kernel's own words, or empty
     */
    NetlinkException(String what, int errno, String kernelText) {
        super(what + ": " + words(errno, kernelText));
        this.sentence = what + ": " + words(errno, kernelText);
        this.errno = errno;
        this.kernelText = kernelText;
    }

    @Override
    public String getMessage() {
        return sentence;
    }

    /** The kernel's error number, such as 1 for EPERM. */
    public int errno() {
        return errno;
    }

    /** The kernel's own words; empty when it gave none. */
    public String kernelText() {
        return kernelText;
    }

    private static String words(int errno, String kernelText) {
        String name = Errno.name(errno);
        return errno == Errno.EPERM
                ? "this needs root or CAP_NET_ADMIN (" + name + ")"
                : kernelText.isEmpty() ? name : kernelText + " (" + name + ")";
    }
}
