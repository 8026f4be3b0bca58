import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeTerminal, type Answer } from '../testing/fake-terminal.js';
import { run } from './program.js';

// Metadata are self-asserted (RFC 7591 §5), and the address may be another service's: neither may steer the terminal
// of whoever looks at an answer. ESC, the 8-bit CSI, and the override of the direction of writing.
const STEERING = '\u001b[31m\u009b2J\u202e\u2066\u007f';
// oxlint-disable-next-line no-control-regex -- control characters are what must not be there
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const CASES: { name: string; args: string[]; answers: Answer[] }[] = [
  { name: 'a client', args: ['show', 'c1'], answers: [{ body: { client_name: STEERING, [STEERING]: 1 } }] },
  {
    name: 'a refusal',
    args: ['show', 'c1'],
    answers: [
      {
        status: 400,
        headers: { 'retry-after': '5\u009b' },
        body: {
          error: STEERING,
          error_description: STEERING,
          violations: [{ members: [STEERING], section: STEERING, message: STEERING }],
        },
      },
    ],
  },
  {
    name: 'a refusal as JSON',
    args: ['--json', 'show', 'c1'],
    answers: [{ status: 400, body: { error: 'e', error_description: STEERING } }],
  },
];

test.each(CASES)('RFC 7591 §5 · $name cannot steer the terminal', async ({ args, answers }) => {
  const { terminal, out, err } = fakeTerminal({ answers });
  await run(args, terminal);
  expect(out() + err()).not.toBe('');
  expect(out()).not.toMatch(UNSAFE);
  expect(err()).not.toMatch(UNSAFE);
});

test('what is printed as JSON still means the same', async () => {
  const answer = { client_name: STEERING, [STEERING]: 'Ünïcode 名前' };
  const { terminal, out } = fakeTerminal({ answers: [{ body: answer }] });
  await run(['show', 'c1'], terminal);
  expect(JSON.parse(out())).toEqual(answer);
  expect(out()).toContain('Ünïcode 名前');
});

describe('a file that cannot be written', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'rollbook-cli-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const nowhere = path.join(folder, 'not', 'there.json');
  const issued = {
    client_id: 'c1',
    client_secret: 'shown-once',
    registration_access_token: 'shown-once-too',
  };

  test.each([
    ['register', '--client-name', 'A', '--save', nowhere],
    ['rotate-secret', 'c1', '--operator', '--save', nowhere],
  ])('design §5 · does not lose what is shown once: %s', async (...args) => {
    const { terminal, out, err } = fakeTerminal({ answers: [{ body: issued }] });
    expect(await run(args, terminal)).not.toBe(0);
    expect(JSON.parse(out())).toEqual(issued);
    expect(err()).toContain('cannot be written');
  });

  test('leaves no half-written secret beside a folder that stands in the way', async () => {
    const { terminal } = fakeTerminal({ answers: [{ body: issued }] });
    expect(await run(['register', '--client-name', 'A', '--save', folder], terminal)).not.toBe(0);
    expect(existsSync(folder)).toBe(true);
    expect(
      readdirSync(path.dirname(folder)).filter((name) => name.startsWith(`${path.basename(folder)}.`)),
    ).toEqual([]);
  });
});
