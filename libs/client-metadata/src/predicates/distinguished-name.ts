const TYPE = String.raw`(?:[A-Za-z][A-Za-z\d-]*|(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))+)`;
const HEX = String.raw`#(?:[\dA-Fa-f]{2})+`;
const PAIR = String.raw`\\(?:[ "#+,;<=>\\]|[\dA-Fa-f]{2})`;
const VALUE = String.raw`(?:${HEX}|(?!#)(?:${PAIR}|[^\\,+"<>;])*)`;
const PART = `${TYPE}=${VALUE}`;
// Spaces after a separator are not in the grammar, but in most certificates' printed subjects; RFC 2253 §4 reads them.
const NAME = new RegExp(`^${PART}(?:[,+] *${PART})*$`, 'u');

/** Whether a text is the string form of a distinguished name (RFC 4514 §3). */
export function isDistinguishedName(text: string): boolean {
  return NAME.test(text);
}
