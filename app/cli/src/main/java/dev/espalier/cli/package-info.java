/**
 * One class a command, and beside it the class that puts the answer for people: {@code PeersCommand} and {@code PeersTable},
 * {@code ExplainCommand} and {@code ExplainText}. {@link dev.espalier.cli.EspalierMain} finds the command.
 */
package dev.espalier.cli;
