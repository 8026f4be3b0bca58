import type { Terminal } from '../src/terminal.js';

export type Sent = { method: string; url: string; body: unknown; authorization: string | undefined };
export type Answer = { status?: number; body?: unknown; text?: string; headers?: Record<string, string> };

/** A terminal whose service answers from a list, and which keeps all that was sent and said. */
export function fakeTerminal(
  options: { answers?: Answer[]; env?: Terminal['env']; stdin?: string; isTerminal?: boolean } = {},
) {
  const sent: Sent[] = [];
  const out: string[] = [];
  const err: string[] = [];
  const answers = [...(options.answers ?? [])];
  const terminal: Terminal = {
    env: options.env ?? { ROLLBOOK_TOKEN: 'token-of-the-test' },
    stdin: () => Promise.resolve(options.stdin ?? ''),
    stdout: (text) => Promise.resolve(void out.push(text)),
    stderr: (text) => void err.push(text),
    stderrIsTerminal: options.isTerminal ?? false,
    fetch: (input, init) => {
      const headers = new Headers(init?.headers);
      sent.push({
        method: init?.method ?? 'GET',
        url: input instanceof Request ? input.url : input.toString(),
        body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined,
        authorization: headers.get('authorization') ?? undefined,
      });
      const answer = answers.shift();
      if (answer === undefined) return Promise.reject(new TypeError('fetch failed'));
      const status = answer.status ?? 200;
      const text = answer.text ?? (answer.body === undefined ? null : JSON.stringify(answer.body));
      return Promise.resolve(new Response(text, { status, headers: answer.headers ?? {} }));
    },
  };
  return { terminal, sent, out: () => out.join(''), err: () => err.join('') };
}
