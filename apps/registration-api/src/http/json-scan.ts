/** Deepest nesting of arrays and objects that is read (S3). */
export const MAX_DEPTH = 32;

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Index of the quote that ends the string which begins at `start`; the text's length when none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes += 1;
    // An even number of backslashes are escaped themselves; the opening quote is none, so it ends the count.
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

/**
 * One pass over any text, valid JSON or not: how deep brackets nest outside strings, and how many members its objects
 * have, which is the number of colons outside strings. Gives up beyond {@link MAX_DEPTH}.
 */
export function scanJson(text: string): { depth: number; members: number } {
  let [depth, deepest, members] = [0, 0, 0];
  for (let at = 0; at < text.length && deepest <= MAX_DEPTH; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COLON) members += 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
  }
  return { depth: deepest, members };
}

/**
 * Members of all objects in a parsed value. Of a name that was there twice `JSON.parse` keeps one, whatever escapes
 * spelt it, so fewer members than {@link scanJson} counted are a name given twice (H3).
 */
export function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner: unknown[] = Array.isArray(value) ? value : Object.values(value);
  let members = Array.isArray(value) ? 0 : inner.length;
  for (const one of inner) members += countMembers(one);
  return members;
}
