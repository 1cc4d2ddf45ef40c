/** From objects to the plan of one node, and from two plans to what changes. */
package dev.espalier.objects.plan;
