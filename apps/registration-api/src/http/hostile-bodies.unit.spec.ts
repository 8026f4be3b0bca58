import { validateClientMetadata } from '@rollbook/client-metadata';
import { RegistrationError } from '@rollbook/protocol';
import { effectivePolicy } from '@rollbook/policy';
import { parseJson } from './json-body.js';

/** S3: the largest body that is read at all. */
const OCTETS = 64 * 1024;
/**
 * Processor time for one body. Each takes a few milliseconds; the bound is wide, because it is to catch an expression or
 * a loop whose time grows faster than its input, and that takes seconds here.
 */
const MOST_MS = 1_500;
const { metadata: policy } = effectivePolicy({ file: null, profile: 'rfc7591' });

/** `unit` repeated up to the body's limit, less room for what stands around it. */
const filled = (before: string, unit: string, after = '', most = OCTETS - 100) =>
  before + unit.repeat(Math.floor((most - before.length - after.length) / unit.length)) + after;
const one = (member: string, value: unknown) => JSON.stringify({ [member]: value });
const redirect = (uri: string) => one('redirect_uris', [uri]);
const rsa = (key: object) => one('jwks', { keys: [{ kty: 'RSA', e: 'AQAB', ...key }] });
/** The longest text that grammar checks see. */
const text = (before: string, unit: string, after: string) => filled(before, unit, after, 1_024);
const tags = (value: string) =>
  `{${Array.from({ length: 2_200 }, (_, i) => `"client_name#x-a${i.toString().padStart(5, '0')}":${value}`).join()}}`;

const BODIES: readonly [name: string, body: string][] = [
  ['nesting', filled('', '[')],
  ['objects', filled('{"a":[', '{},', '{}]}')],
  ['strings', filled('{"a":[', '"",', '""]}')],
  ['white space', filled('{', ' ', '"a" :1}')],
  ['escapes', filled('{"a":"', '\\u0000', '"}')],
  ['digits', filled('{"default_max_age":', '9', '}')],
  ['digits behind the point', filled('{"default_max_age":0.', '9', '}')],
  ['tagged members', tags('"x"')],
  ['tagged members, all wrong', tags('1')],
  ['language tag of extensions', filled('{"client_name#aaa-a', '-bb', '-!":1}')],
  ['language tag of singletons', filled('{"client_name#aaa', '-a-bb', '-!":1}')],
  ['language tag of variants', filled('{"client_name#aaa', '-abcde', '-!":1}')],
  ['private use tag', filled('{"client_name#x', '-a', '-!":1}')],
  ['host of labels', redirect(filled('https://', 'a.', '/#'))],
  ['user information', redirect(filled('a://', '@', '#'))],
  ['percent-encoding', redirect(filled('a:', '%41', '#'))],
  ['brackets', redirect(filled('https://', '[', '#'))],
  ['ports', redirect(filled('https://', 'a:', '#'))],
  ['scheme', redirect(filled('a', 'a', '#'))],
  ['long hosts', one('redirect_uris', Array(30).fill(filled('https://', 'a-', '!/', 2_048)))],
  ['IPv6 hosts', one('redirect_uris', Array(30).fill(filled('https://[', '0:', '1]/', 2_048)))],
  ['response type of words', one('response_types', [filled('code', ' code')])],
  ['scope', one('scope', text('a', ' a', '"'))],
  ['name of escapes', one('tls_client_auth_subject_dn', text('CN=', '\\20', '"'))],
  ['name of parts', one('tls_client_auth_subject_dn', text('CN=', ',  C=', ' "'))],
  ['name of numbers', one('tls_client_auth_subject_dn', text('1', '.1', '"'))],
  ['e-mail of labels', one('tls_client_auth_san_email', text('a@a', '.a', '-'))],
  ['e-mail of quotes', one('tls_client_auth_san_email', text('"a', '\\"', '"@a'))],
  ['DNS name', one('tls_client_auth_san_dns', text('a', '.a', '-'))],
  ['IP address', one('tls_client_auth_san_ip', text('1', '::1', 'g'))],
  ['contacts', one('contacts', Array(20).fill(text('a', '.a', '@')))],
  ['text of two units a character', one('client_name', '\u{1F600}'.repeat(16_000))],
  ['modulus', rsa({ n: filled('wA', 'AA', 'AB', OCTETS - 200) })],
  ['modulus of zeros', rsa({ n: filled('', 'AAAA', '', OCTETS - 200) })],
  [
    'operations',
    rsa({ n: filled('wA', 'AA', 'AB', 400), key_ops: Array.from({ length: 7_000 }, (_, i) => `${i}`) }),
  ],
  ['certificates', rsa({ n: filled('wA', 'AA', 'AB', 400), x5c: Array(8_000).fill('AAA=') })],
  ['nested certificate', rsa({ n: filled('wA', 'AA', 'AB', 400), x5c: ['MIAw'.repeat(14_000)] })],
];

test.each(BODIES)('spec S3 · a hostile body is judged at once: %s', (_name, body) => {
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(OCTETS + 100);
  const start = process.cpuUsage();
  try {
    validateClientMetadata(parseJson(Buffer.from(body)), { policy, operation: { kind: 'register' } });
  } catch (error) {
    if (!(error instanceof RegistrationError)) throw error;
  }
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1_000).toBeLessThan(MOST_MS);
});
