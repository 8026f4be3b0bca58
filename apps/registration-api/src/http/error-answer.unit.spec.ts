import { EventTooLarge, LogUnavailable, StreamFull, VersionConflict } from '@rollbook/event-log';
import { KeyStoreUnavailable } from '@rollbook/personal-data';
import { type RefusalName, REFUSALS, RegistrationError } from '@rollbook/protocol';
import { UnknownEvent } from '@rollbook/registration';
import { asRefusal, describable, errorAnswer } from './error-answer.js';

const NAMES = Object.keys(REFUSALS) as RefusalName[];

describe('spec 1.5 · every row of the table of refusals has its answer', () => {
  test.each(NAMES)('%s', (name) => {
    const row: { error: string; status: number; challenge?: string; retry?: true; codings?: string } =
      REFUSALS[name];
    const { status, headers, body } = errorAnswer(new RegistrationError(name, 'says why'));
    expect([status, body]).toEqual([row.status, { error: row.error, error_description: 'says why' }]);
    expect('www-authenticate' in headers).toBe(row.challenge !== undefined);
    expect('retry-after' in headers).toBe(row.retry === true);
    // RFC 9110 §12.5.3: Accept-Encoding tells a content coding from a media type, so no other 415 has it.
    expect(headers['accept-encoding']).toBe(row.codings);
  });

  test('RFC 6750 §3.1 · only a credential that was sent is called invalid', () => {
    const challenge = (name: RefusalName) =>
      errorAnswer(new RegistrationError(name, '')).headers['www-authenticate'];
    expect(challenge('credentials_missing')).toBe('Bearer realm="rollbook"');
    expect(challenge('invalid_token')).toBe('Bearer realm="rollbook", error="invalid_token"');
    expect(challenge('insufficient_scope')).toBe('Bearer realm="rollbook", error="insufficient_scope"');
  });

  test('RFC 9110 §10.2.3 · Retry-After says what the refusal knows', () => {
    const error = new RegistrationError('unavailable', 'later', { retryAfterSeconds: 30 });
    expect(errorAnswer(error).headers['retry-after']).toBe('30');
  });

  test('design §6 · violations are listed, and only where there are some', () => {
    const violations = [{ members: ['jwks'], rule: 'r', section: 's', message: 'm' }];
    const error = new RegistrationError('invalid_client_metadata', 'm', { violations });
    expect(errorAnswer(error).body).toEqual({
      error: 'invalid_client_metadata',
      error_description: 'm',
      violations,
    });
  });
});

describe('H15 · error_description has U+0020–U+007E without quotation mark and backslash', () => {
  test.each<[string, string, string]>([
    ['plain text stays', "client_name: at most 256 (it's long) ~", "client_name: at most 256 (it's long) ~"],
    ['a quotation mark', 'say "x"', "say 'x'"],
    ['a backslash', 'a\\b', 'a/b'],
    ['another script and a line end', 'é\n\u{1f600}', '????'],
  ])('%s', (_claim, text, described) => {
    expect(describable(text)).toBe(described);
  });
});

const unreadable = Object.assign(new Error('hunter2'), { statusCode: 413 });

describe('design §8 · whatever is thrown becomes a refusal', () => {
  test.each<[string, unknown, RefusalName]>([
    ['the log is busy', new LogUnavailable('busy', 'hunter2'), 'unavailable'],
    ['the disk is full', new LogUnavailable('full', 'hunter2'), 'unavailable'],
    [
      'the outcome is unknown',
      new LogUnavailable('storage', 'hunter2', { outcome: 'unknown' }),
      'unavailable',
    ],
    ['conflicts without end', new VersionConflict('client-hunter2', 1), 'unavailable'],
    ['no key for personal data', new KeyStoreUnavailable('hunter2'), 'unavailable'],
    ['an event of a later release', new UnknownEvent('hunter2', 2), 'unavailable'],
    ['a stream that is full', new StreamFull('client-hunter2', 10_000), 'too_many_requests'],
    ['an event that is too large', new EventTooLarge(300_000, 262_144), 'body_too_large'],
    ['a refusal of the framework', unreadable, 'body_too_large'],
    ['another client error of the framework', { statusCode: 418 }, 'invalid_request'],
    ['a server error of the framework', { statusCode: 503 }, 'server_error'],
    ['a defect of ours', new TypeError('hunter2'), 'server_error'],
    ['a text', 'hunter2', 'server_error'],
    ['nothing', undefined, 'server_error'],
  ])('%s', (_claim, thrown, refusal) => {
    const error = asRefusal(thrown, 'request-1');
    expect(error.refusal).toBe(refusal);
    expect(JSON.stringify(errorAnswer(error))).not.toContain('hunter2');
  });

  test('a refusal of our own passes unchanged', () => {
    const error = new RegistrationError('access_denied', 'suspended');
    expect(asRefusal(error, 'request-1')).toBe(error);
  });

  test('a defect is answered with a fixed text and the request id', () => {
    expect(asRefusal(new Error('hunter2'), 'request-1').message).toBe(
      'unexpected failure; request id request-1',
    );
  });

  test('what the log knows about a retry is passed on', () => {
    const full = new LogUnavailable('full', 'no space');
    expect(asRefusal(full, 'r').retryAfterSeconds).toBe(full.retryAfterSeconds);
  });
});
