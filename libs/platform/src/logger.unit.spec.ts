import { createLogger, type LogFields, SAFE_FIELDS, safeFields } from '@rollbook/platform';

/** What a logger of this level wrote, line by line, time apart. */
function written(level: 'debug' | 'info' | 'silent', log: (logger: ReturnType<typeof createLogger>) => void) {
  const lines: string[] = [];
  log(createLogger({ level, pretty: false, destination: { write: (line) => void lines.push(line) } }));
  return lines.map((line) => {
    const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
    expect(Date.parse(String(time))).not.toBeNaN();
    return rest;
  });
}

test('S10 · an allow-list: what is not on it is dropped, whatever it is called', () => {
  const fields = {
    client_id: 'c',
    status: 400,
    ip: '192.0.2.1',
    userAgent: 'agent',
    authorization: 'Bearer hunter2',
    client_secret: 'hunter2',
    registration_access_token: 'hunter2',
    url: '/connect/register?client_id=hunter2',
    body: { contacts: ['hunter2'] },
  };
  expect(written('info', (log) => log.info(fields as LogFields, 'said'))).toEqual([
    { level: 'info', client_id: 'c', status: 400, msg: 'said' },
  ]);
});

test('S10 · no name on the list is one that a request chooses', () => {
  const chosen = /ip|address|agent|token|secret|query|url|body|header|contact|statement|data|text/i;
  expect(SAFE_FIELDS.filter((field) => chosen.test(field))).toEqual([]);
});

describe('S10 · of an error, only name, message, code, frames and causes', () => {
  test('what an error carries along stays inside', () => {
    const cause = Object.assign(new Error('disk'), { code: 'ENOSPC', path: '/hunter2' });
    const error = Object.assign(new Error('append failed', { cause }), { request: { token: 'hunter2' } });
    const { err } = safeFields({ err: error }) as { err: Record<string, unknown> };
    expect(err).toMatchObject({
      name: 'Error',
      message: 'append failed',
      cause: { message: 'disk', code: 'ENOSPC' },
    });
    expect(JSON.stringify(err)).not.toContain('hunter2');
    expect(err['stack']).toMatch(/^\s+at /);
  });

  test('a parser of JavaScript quotes its input, so its words are left out', () => {
    let thrown: unknown;
    try {
      JSON.parse('{"client_secret": hunter2}');
    } catch (error) {
      thrown = error;
    }
    const text = JSON.stringify(safeFields({ err: thrown }));
    expect(text).toContain('SyntaxError');
    expect(text).not.toContain('hunter2');
  });

  test.each<[string, unknown, unknown]>([
    ['a text', 'hunter2', { name: 'string' }],
    ['nothing', null, { name: 'object' }],
  ])('%s that was thrown shows its type only', (_claim, thrown, err) => {
    expect(safeFields({ err: thrown })).toEqual({ err });
  });

  test('a ring of causes ends', () => {
    const error = new Error('round');
    error.cause = error;
    expect(() => JSON.stringify(safeFields({ err: error }))).not.toThrow();
  });
});

test('design §12 · a level below the configured one is not written', () => {
  expect(written('info', (log) => log.debug('quiet'))).toEqual([]);
  expect(written('debug', (log) => log.debug('loud'))).toEqual([{ level: 'debug', msg: 'loud' }]);
  expect(written('silent', (log) => log.error('quiet'))).toEqual([]);
});
