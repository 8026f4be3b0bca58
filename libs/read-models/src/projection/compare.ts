import { isDeepStrictEqual } from 'node:util';
import type { ClientDocument } from '../clients/document.js';

/**
 * Names of the members in which two documents differ, those of the metadata as `metadata.NAME`. The order of members
 * does not matter, that of list items does.
 */
export function differingMembers(one: ClientDocument, other: ClientDocument): string[] {
  const { metadata: oneMetadata, ...oneRest } = one;
  const { metadata: otherMetadata, ...otherRest } = other;
  return [
    ...differing(oneRest, otherRest),
    ...differing(oneMetadata, otherMetadata).map((member) => `metadata.${member}`),
  ];
}

function differing(one: object, other: object): string[] {
  const left = new Map<string, unknown>(Object.entries(one));
  const right = new Map<string, unknown>(Object.entries(other));
  const members = new Set([...left.keys(), ...right.keys()]);
  return [...members].filter((member) => !isDeepStrictEqual(left.get(member), right.get(member)));
}
