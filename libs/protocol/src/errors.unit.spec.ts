import { REFUSALS, RegistrationError } from '@rollbook/protocol';

describe('RFC 7591 §3.2.2 · error codes', () => {
  test.each(Object.entries(REFUSALS))('%s has an ASCII code, a status and a source', (_name, row) => {
    expect(row.error).toMatch(/^[a-z_]+$/);
    expect(row.status).toBeGreaterThanOrEqual(400);
    expect(row.source).not.toBe('');
  });

  test('RFC 6750 §3.1 · every 401 carries a challenge, and only a missing credential a bare one', () => {
    const rows = Object.entries(REFUSALS).filter(([, row]) => row.status === 401);
    expect(rows.map(([name, row]) => [name, 'challenge' in row ? row.challenge : null])).toEqual([
      ['credentials_missing', 'bare'],
      ['invalid_token', 'error'],
    ]);
  });

  test('RFC 6585 §4 · what can be retried says so', () => {
    const retried = Object.values(REFUSALS).filter((row) => 'retry' in row);
    expect(retried.map((row) => row.status)).toEqual([429, 503]);
  });
});

test('a refusal keeps its cause', () => {
  const cause = new Error('disk');
  expect(new RegistrationError('unavailable', 'try again', { cause })).toMatchObject({
    cause,
    refusal: 'unavailable',
  });
});
