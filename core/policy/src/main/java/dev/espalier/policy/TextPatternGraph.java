package dev.espalier.policy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A regular expression as a graph that a text walks along (Thompson's construction): nodes that take a character, nodes that
 * take none and go two ways, and nodes that let pass only at an end of the text.
 */
final class TextPatternGraph {

    /** The node in which a match is complete. */
    static final int ACCEPT = 0;

    private static final int MAX_NODES = 5000;

    /** A node; targets are numbers of nodes. */
    private sealed interface Node {
        record Accept() implements Node {}

        record Take(long characters, int target) implements Node {}

        record Fork(int first, int second) implements Node {}

        record AtBegin(int target) implements Node {}

        record AtEnd(int target) implements Node {}
    }

    private final String expression;
    private final List<Node> nodes = new ArrayList<>(List.of(new Node.Accept()));
    private final int entry;

    private TextPatternGraph(String expression, TextPatternNode root) {
        this.expression = expression;
        this.entry = emit(root, ACCEPT);
    }

    /** @throws IllegalArgumentException when the counts in the expression multiply to too many nodes */
    static TextPatternGraph of(String expression, TextPatternNode root) {
        return new TextPatternGraph(expression, root);
    }

    String expression() {
        return expression;
    }

    /** The node where a match starts. */
    int entry() {
        return entry;
    }

    /** Everything that is reached without taking a character. */
    BitSet closure(BitSet from, boolean atBegin, boolean atEnd) {
        BitSet reached = (BitSet) from.clone();
        List<Integer> open = new ArrayList<>(from.stream().boxed().toList());
        while (!open.isEmpty()) {
            switch (nodes.get(open.removeLast())) {
                case Node.Accept _, Node.Take _ -> {}
                case Node.Fork fork -> {
                    reach(fork.first, reached, open);
                    reach(fork.second, reached, open);
                }
                case Node.AtBegin begin -> {
                    if (atBegin) {
                        reach(begin.target, reached, open);
                    }
                }
                case Node.AtEnd end -> {
                    if (atEnd) {
                        reach(end.target, reached, open);
                    }
                }
            }
        }
        return reached;
    }

    private static void reach(int node, BitSet reached, List<Integer> open) {
        if (!reached.get(node)) {
            reached.set(node);
            open.add(node);
        }
    }

    /** Where a character leads; a number beyond the alphabet leads nowhere. A complete match stays complete. */
    BitSet step(BitSet from, int character) {
        BitSet reached = new BitSet();
        for (int i = from.nextSetBit(0); i >= 0; i = from.nextSetBit(i + 1)) {
            if (i == ACCEPT) {
                reached.set(ACCEPT);
            } else if (nodes.get(i) instanceof Node.Take take && (take.characters >>> character & 1) != 0) {
                reached.set(take.target);
            }
        }
        return reached;
    }

    /** Builds backwards: makes the nodes of a part that goes on at {@code target}, and returns where it starts. */
    private int emit(TextPatternNode part, int target) {
        return switch (part) {
            case TextPatternNode.OneOf one -> add(new Node.Take(one.characters(), target));
            case TextPatternNode.Begin _ -> add(new Node.AtBegin(target));
            case TextPatternNode.End _ -> add(new Node.AtEnd(target));
            case TextPatternNode.Sequence sequence -> {
                int start = target;
                for (TextPatternNode each : sequence.parts().reversed()) {
                    start = emit(each, start);
                }
                yield start;
            }
            case TextPatternNode.Choice choice -> {
                int start = emit(choice.branches().getLast(), target);
                for (TextPatternNode each : choice.branches()
                        .reversed()
                        .subList(1, choice.branches().size())) {
                    start = add(new Node.Fork(emit(each, target), start));
                }
                yield start;
            }
            case TextPatternNode.Repeat repeat -> emitRepeat(repeat, target);
        };
    }

    private int emitRepeat(TextPatternNode.Repeat repeat, int target) {
        int start = target;
        if (repeat.max() == TextPatternNode.UNBOUNDED) {
            start = add(new Node.Fork(target, target)); // both ways known only when the body exists
            nodes.set(start, new Node.Fork(emit(repeat.part(), start), target));
        } else {
            for (int i = repeat.min(); i < repeat.max(); i++) {
                start = add(new Node.Fork(emit(repeat.part(), start), target));
            }
        }
        for (int i = 0; i < repeat.min(); i++) {
            start = emit(repeat.part(), start);
        }
        return start;
    }

    private int add(Node node) {
        if (nodes.size() == MAX_NODES) {
            throw new IllegalArgumentException(
                    "'" + expression + "' is too complicated: its counts multiply; write several simpler expressions");
        }
        nodes.add(node);
        return nodes.size() - 1;
    }
}
