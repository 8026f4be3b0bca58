import {
  corsOrigin,
  Expected,
  jsonText,
  listOf,
  masterKey,
  namedTokens,
  oneOf,
  plainText,
  proxyRange,
  publicUrl,
  wholeNumber,
} from '@rollbook/platform';

const TOKEN = 'AbCdEfGhIjKlMnOp-._~+/=';
const OTHER = 'QrStUvWxYz0123456789';
const HEX = 'aB'.repeat(32);

type Parser = (text: string) => unknown;
const port = wholeNumber(1, 65_535);
const word = oneOf('never', 'on-update');

describe('design §12 · accepted values', () => {
  test.each<[string, Parser, string, unknown]>([
    ['least number', port, '1', 1],
    ['greatest number', port, '65535', 65_535],
    ['a word of the set', word, 'on-update', 'on-update'],
    ['any text', plainText, './data dir', './data dir'],
    ['a list with commas and spaces', listOf(plainText), ' a, b\n c,', ['a', 'b', 'c']],
    ['a list of nothing', listOf(plainText), ' , ', []],
    ['1.4.5 · https', publicUrl, 'https://op.example', 'https://op.example'],
    ['1.4.5 · a final slash is dropped', publicUrl, 'https://op.example/', 'https://op.example'],
    ['1.4.5 · a path stays', publicUrl, 'https://op.example/reg/', 'https://op.example/reg'],
    ['1.4.5 · http on localhost', publicUrl, 'http://localhost:3000', 'http://localhost:3000'],
    ['1.4.5 · http on 127.0.0.1', publicUrl, 'http://127.0.0.1:80', 'http://127.0.0.1'],
    ['1.4.5 · http on [::1]', publicUrl, 'http://[::1]:3000', 'http://[::1]:3000'],
    ['1.1.4 · every origin', corsOrigin, '*', '*'],
    ['1.1.4 · one origin', corsOrigin, 'https://app.example:8443', 'https://app.example:8443'],
    ['S7 · an address', proxyRange, '10.0.0.1', '10.0.0.1'],
    ['S7 · an IPv6 block', proxyRange, 'fd00::/8', 'fd00::/8'],
    ['S7 · a named range', proxyRange, 'loopback', 'loopback'],
    ['§6 · one token', namedTokens, `admin:${TOKEN}\n`, [{ name: 'admin', token: TOKEN }]],
    [
      '§6 · two valid tokens under one name',
      namedTokens,
      `a:${TOKEN}\r\na:${OTHER}`,
      [
        { name: 'a', token: TOKEN },
        { name: 'a', token: OTHER },
      ],
    ],
    ['§12 · a key in hexadecimal digits', masterKey, HEX, Buffer.from(HEX, 'hex')],
    [
      '§12 · a key as base64url',
      masterKey,
      `${'A'.repeat(42)}E`,
      Buffer.from(`${'A'.repeat(42)}E`, 'base64url'),
    ],
    ['§12 · JSON', jsonText, '{"keys":[]}', { keys: [] }],
  ])('%s', (_claim, parse, text, value) => {
    expect(parse(text)).toEqual(value);
  });
});

describe('design §12 · refused values', () => {
  test.each<[string, Parser, string]>([
    ['below the least number', port, '0'],
    ['above the greatest number', port, '65536'],
    ['a sign', port, '+80'],
    ['a fraction', port, '80.0'],
    ['an exponent', port, '8e1'],
    ['digits of another script', port, '٨٠'],
    ['another word', word, 'On-Update'],
    ['a control character', plainText, 'a\u0000b'],
    ['1.4.5 · http on a remote host', publicUrl, 'http://op.example'],
    ['1.4.5 · a host that only looks like loopback', publicUrl, 'http://localhost.evil.example'],
    ['1.4.5 · another scheme', publicUrl, 'ftp://op.example'],
    ['1.4.5 · user information', publicUrl, 'https://a:b@op.example'],
    ['1.4.5 · a query', publicUrl, 'https://op.example/?a=b'],
    ['1.4.5 · an empty query', publicUrl, 'https://op.example/?'],
    ['1.4.5 · an empty fragment', publicUrl, 'https://op.example/#'],
    ['1.4.5 · no URL', publicUrl, 'op.example'],
    ['1.1.4 · an origin with a path', corsOrigin, 'https://app.example/'],
    ['1.1.4 · an opaque origin', corsOrigin, 'null'],
    ['S7 · a host name', proxyRange, 'proxy.example'],
    ['S7 · a block that is too long', proxyRange, '10.0.0.0/33'],
    ['§6 · no token at all', namedTokens, '\n'],
    ['§6 · a short token', namedTokens, 'admin:short'],
    ['§6 · a token without a name', namedTokens, TOKEN],
    ['§6 · one bad line among good ones', namedTokens, `admin:${TOKEN}\nadmin ${OTHER}`],
    ['§6 · one token under two names', namedTokens, `a:${TOKEN}\nb:${TOKEN}`],
    ['§12 · a key of 31 octets', masterKey, 'ab'.repeat(31)],
    ['§12 · a key with other characters', masterKey, `${'A'.repeat(42)}+`],
    ['§12 · no JSON', jsonText, '{'],
  ])('%s', (_claim, parse, text) => {
    expect(() => parse(text)).toThrow(Expected);
  });

  test('the text of a refusal never holds the value', () => {
    for (const parse of [port, word, publicUrl, corsOrigin, proxyRange, namedTokens, masterKey, jsonText]) {
      expect(() => parse('hunter2 hunter2')).toThrow(/^(?!.*hunter2)expected /);
    }
  });
});
