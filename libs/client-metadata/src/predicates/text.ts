// Controls (C0, DEL, C1), zero-width characters and marks (U+200B–200F), bidi overrides and isolates, the byte order
// mark, and lone surrogates, which no UTF-8 text can carry (S5, S15).
const UNSAFE = /[\p{Cc}\u200B-\u200F\u202A-\u202E\u2066-\u2069\uFEFF\p{Surrogate}]/u;

// Most texts: decided faster than by the properties of Unicode.
const PLAIN = /^[ -~]*$/;

/** Whether a text has only characters that may be shown to a person (S5). No Unicode normalisation happens (1.1.11). */
export function isCleanText(text: string): boolean {
  return PLAIN.test(text) || !UNSAFE.test(text);
}

/** Whether a text has more than `max` characters, counted as Unicode code points (S3). */
export function isLongerThan(text: string, max: number): boolean {
  if (text.length <= max) return false;
  // A code point is one or two UTF-16 units: only between these bounds does counting decide.
  return text.length > 2 * max || Array.from(text).length > max;
}

// Scripts whose letters resemble one another, or that a brand is likely to be imitated in.
const SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Arabic}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
  /\p{Script=Georgian}/u,
  /\p{Script=Thai}/u,
  /\p{Script=Devanagari}/u,
  // Chinese, Japanese and Korean writing mixes these with each other and with Latin in honest names (UTS 39 §5.2).
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u,
];
const LATIN = 0;
const EAST_ASIAN = SCRIPTS.length - 1;
const ASCII_ONLY = /^\p{ASCII}*$/u;

/** Whether a name mixes scripts as a homograph would (S5): worth a look by a person, no reason to refuse. */
export function isMixedScript(name: string): boolean {
  if (ASCII_ONLY.test(name)) return false;
  const found = SCRIPTS.flatMap((script, i) => (script.test(name) ? [i] : []));
  return found.length > 2 || (found.length === 2 && !(found[0] === LATIN && found[1] === EAST_ASIAN));
}
