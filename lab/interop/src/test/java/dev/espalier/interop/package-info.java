/**
 * Tests with other people's routing daemons and the real kernel. Each test has namespaces of its own, ends only processes that it
 * started, and is bounded in time. Needs root; JUnit tag {@code netns}.
 */
package dev.espalier.interop;
