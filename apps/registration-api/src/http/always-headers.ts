/** On every answer: the body may carry credentials (RFC 7591 §3.2.1), and is JSON whatever a browser thinks. */
const ALWAYS = { 'cache-control': 'no-store', pragma: 'no-cache', 'x-content-type-options': 'nosniff' };

/**
 * Headers of every answer, whoever gives it.
 *
 * @param publicUrl HSTS (S11) only where clients come over https: over plain http a browser ignores it (RFC 6797 §7.2)
 */
export function alwaysHeaders(publicUrl: string): Readonly<Record<string, string>> {
  return publicUrl.startsWith('https:')
    ? { ...ALWAYS, 'strict-transport-security': 'max-age=31536000' }
    : ALWAYS;
}
