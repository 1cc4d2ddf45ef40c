import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Reads the reports that Surefire wrote since ./check began; prints each test that failed or was skipped, with its reason, and last
 * the counts. Ends with status 1 when a test failed or none ran.
 *
 * <p>Arguments: the root of the source tree; a file as old as the begin of the run; a file with a line {@code REASON<tab>CLASS}
 * for each class that was left out.
 */
final class TestReport {

    /** Enough for what an assertion expected and what it found. */
    private static final int LONGEST_REASON = 600;

    private int passed;
    private final List<String> failed = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();

    public static void main(String[] arguments) throws Exception {
        TestReport report = new TestReport();
        for (Path file : reports(Path.of(arguments[0]), Path.of(arguments[1]))) {
            report.read(file);
        }
        for (String line : Files.readAllLines(Path.of(arguments[2]))) {
            String[] fields = line.split("\t");
            report.skipped.add(fields[1] + ": " + fields[0]);
        }
        System.exit(report.print());
    }

    private static List<Path> reports(Path root, Path begin) throws Exception {
        long earliest = Files.getLastModifiedTime(begin).toMillis();
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.getParent().endsWith("target/surefire-reports"))
                    .filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml"))
                    .filter(file -> file.toFile().lastModified() >= earliest)
                    .sorted()
                    .toList();
        }
    }

    private void read(Path file) throws Exception {
        NodeList cases = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(file.toFile())
                .getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            Element test = (Element) cases.item(i);
            String name = test.getAttribute("classname").replaceAll(".*\\.", "") + "." + test.getAttribute("name");
            if (has(test, "failure") || has(test, "error")) {
                failed.add(name + ": " + reason(test, has(test, "failure") ? "failure" : "error"));
            } else if (has(test, "skipped")) {
                skipped.add(name + ": " + reason(test, "skipped"));
            } else {
                passed++;
            }
        }
    }

    private static boolean has(Element test, String child) {
        return test.getElementsByTagName(child).getLength() > 0;
    }

    private static String reason(Element test, String child) {
        Element element = (Element) test.getElementsByTagName(child).item(0);
        String message = element.getAttribute("message");
        String text = message.isBlank() ? element.getTextContent() : message;
        String oneLine = text.strip().replaceAll("\\s+", " ");
        if (child.equals("skipped")) { // Surefire puts the exception's name before what the test says, and its stack behind
            oneLine = oneLine.replaceFirst("^[\\w.]*TestAbortedException: ", "").replaceFirst(" at org\\.junit\\..*", "");
        }
        return oneLine.isEmpty() ? "no reason given" : oneLine.substring(0, Math.min(oneLine.length(), LONGEST_REASON));
    }

    private int print() {
        print("Failed:", failed);
        print("Skipped:", skipped);
        System.out.printf("%d passed, %d failed, %d skipped%n", passed, failed.size(), skipped.size());
        return failed.isEmpty() && passed > 0 ? 0 : 1;
    }

    private static void print(String heading, List<String> lines) {
        if (!lines.isEmpty()) {
            System.out.println(heading);
            lines.forEach(line -> System.out.println("  " + line));
        }
    }
}
