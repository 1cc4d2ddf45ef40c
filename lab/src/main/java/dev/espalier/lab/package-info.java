/** Labs in network namespaces: {@link dev.espalier.lab.Lab} is where to begin reading. */
package dev.espalier.lab;
