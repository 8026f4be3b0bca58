/** Whether an entry of `response_types` has a word: `code` is in `code id_token`, `token` is not in `id_token`. */
export function hasWord(responseType: string, word: string): boolean {
  return responseType === word || (responseType.includes(' ') && responseType.split(' ').includes(word));
}

/** The words of an entry are a set: equal in any order, none twice (4.1 b). */
export function sameWords(a: string, b: string): boolean {
  return a.length === b.length && a.split(' ').sort().join(' ') === b.split(' ').sort().join(' ');
}

/** Entries for verifiable presentations, for which registration defines neither grants nor redirection URIs (4.1). */
export const isPresentation = (responseType: string): boolean => hasWord(responseType, 'vp_token');

/** Whether the authorization endpoint itself hands out a token: implicit and hybrid flows. */
export const isFrontChannel = (responseType: string): boolean =>
  !isPresentation(responseType) && (hasWord(responseType, 'token') || hasWord(responseType, 'id_token'));

/** The grant types that an entry needs (RFC 7591 §2.1, table in 4.1). */
export function grantsOf(responseType: string): ('authorization_code' | 'implicit')[] {
  if (isPresentation(responseType)) return [];
  return [
    ...(hasWord(responseType, 'code') ? (['authorization_code'] as const) : []),
    ...(isFrontChannel(responseType) ? (['implicit'] as const) : []),
  ];
}
