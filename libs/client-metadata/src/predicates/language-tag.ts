const LANGTAG =
  /^(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*(?:-[\da-wyz](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?$/i;
const PRIVATE_USE = /^x(?:-[a-z\d]{1,8})+$/i;
/** The tags that were registered before the grammar existed and do not follow it (RFC 5646 §2.1, `irregular`). */
const IRREGULAR = new Set(
  (
    'en-gb-oed i-ami i-bnn i-default i-enochian i-hak i-klingon i-lux i-mingo i-navajo i-pwn i-tao i-tay i-tsu ' +
    'sgn-be-fr sgn-be-nl sgn-ch-de'
  ).split(' '),
);

/** Whether a language tag is well-formed (RFC 5646 §2.2.9); whether its subtags are registered is not asked. */
export function isLanguageTag(tag: string): boolean {
  return LANGTAG.test(tag) || PRIVATE_USE.test(tag) || IRREGULAR.has(tag.toLowerCase());
}

/** Splits `client_name#ja-Kana-JP` at the first `#`; `null` when there is none or the tag is malformed (1.3.2, 1.3.5). */
export function splitLanguageTag(name: string): { base: string; tag: string } | null {
  const hash = name.indexOf('#');
  if (hash < 0) return null;
  const tag = name.slice(hash + 1);
  return isLanguageTag(tag) ? { base: name.slice(0, hash), tag } : null;
}
