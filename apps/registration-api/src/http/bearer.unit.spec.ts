import { bearerCredential, type Credential, tokenHolders } from './bearer.js';

const NONE: Credential = { kind: 'none' };
const MALFORMED: Credential = { kind: 'malformed' };
const token = (text: string): Credential => ({ kind: 'token', token: text });

describe('RFC 6750 §2.1 · what the Authorization header says', () => {
  test.each<[string, string | undefined, Credential]>([
    ['no header', undefined, NONE],
    ['an empty header', '', NONE],
    ['another scheme', 'Basic YTpi', NONE],
    ['a scheme that begins alike', 'BearerX abc', NONE],
    ['a token', 'Bearer abc', token('abc')],
    ['RFC 9110 §11.1 · the scheme in other letters', 'bEARER abc', token('abc')],
    ['several spaces', 'Bearer   abc  ', token('abc')],
    ['every character of b64token', 'Bearer aZ09-._~+/==', token('aZ09-._~+/==')],
    ['the longest that is read', `Bearer ${'a'.repeat(4_096)}`, token('a'.repeat(4_096))],
    ['longer than any that was issued', `Bearer ${'a'.repeat(4_097)}`, MALFORMED],
    ['the scheme alone', 'Bearer', MALFORMED],
    ['the scheme and a space', 'Bearer ', MALFORMED],
    ['two tokens', 'Bearer abc def', MALFORMED],
    ['two tokens with a comma', 'Bearer abc, Bearer def', MALFORMED],
    ['a quoted token', 'Bearer "abc"', MALFORMED],
    ['padding in the middle', 'Bearer a=b', MALFORMED],
    ['a tab for a space', 'Bearer\tabc', MALFORMED],
  ])('%s', (_claim, header, credential) => {
    expect(bearerCredential(header)).toEqual(credential);
  });
});

describe('design §6 · tokens of operators and auditors', () => {
  const holder = tokenHolders([
    { name: 'old', token: 'first-token-of-16' },
    { name: 'new', token: 'other-token-of-16' },
  ]);
  test.each<[string, string, string | null]>([
    ['the first entry', 'first-token-of-16', 'old'],
    ['another entry, valid at once', 'other-token-of-16', 'new'],
    ['an unknown token', 'third-token-of-16', null],
    ['a beginning', 'first-token-of-1', null],
    ['nothing', '', null],
  ])('%s', (_claim, presented, name) => {
    expect(holder(presented)).toBe(name);
  });
});
