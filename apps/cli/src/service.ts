import { readFileSync } from 'node:fs';
import { CommandFailed } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/** Where the service is and what the caller may do there. */
export type Service = {
  /** Sends one request and gives the parsed answer; throws {@link CommandFailed} for everything but a 2xx. */
  call(request: ServiceRequest): Promise<unknown>;
  /** As `call`, but gives the answer's lines as they come, for answers of any size. */
  lines(request: ServiceRequest): AsyncGenerator<string>;
};
export type ServiceRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path below the service's address, or a whole URL (`registration_client_uri`, used as given: RFC 7592 §3). */
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  body?: unknown;
  /** Bearer token; left out on open registration. */
  token?: string | undefined;
};

export const DEFAULT_URL = 'http://localhost:3000';

/**
 * The token of `ROLLBOOK_TOKEN`, or of the file that `ROLLBOOK_TOKEN_FILE` names. A line `name:token`, as the service
 * writes it to its data directory, gives the token.
 *
 * @throws CommandFailed `unauthorized` when there is none, `usage` when the file can't be read
 */
export function tokenFrom(env: Terminal['env']): string {
  const file = env['ROLLBOOK_TOKEN_FILE'];
  let text = env['ROLLBOOK_TOKEN'];
  if (text === undefined && file !== undefined) {
    try {
      text = readFileSync(file, 'utf8');
    } catch (cause) {
      throw new CommandFailed('usage', `ROLLBOOK_TOKEN_FILE: ${file} cannot be read`, { cause });
    }
  }
  const line = text?.split('\n').find((candidate) => candidate.trim() !== '');
  const token = line?.slice(line.indexOf(':') + 1).trim();
  if (!token)
    throw new CommandFailed(
      'unauthorized',
      'set ROLLBOOK_TOKEN, or ROLLBOOK_TOKEN_FILE, to a token that may do this',
    );
  return token;
}

/** @returns the service at `--url` or `ROLLBOOK_URL`, else at {@link DEFAULT_URL} */
export function connect(terminal: Terminal, url: string | undefined): Service {
  const base = (url ?? terminal.env['ROLLBOOK_URL'] ?? DEFAULT_URL).replace(/\/+$/, '');
  return {
    async call(request) {
      const response = await send(terminal, base, request);
      const text = await response.text();
      return text === '' ? null : parse(text);
    },
    async *lines(request) {
      const response = await send(terminal, base, request);
      const decoder = new TextDecoder('utf-8', { fatal: true });
      let rest = '';
      for await (const chunk of response.body ?? []) {
        rest += decoder.decode(chunk, { stream: true });
        const complete = rest.split('\n');
        rest = complete.pop() ?? '';
        yield* complete;
      }
      if (rest !== '') yield rest;
    },
  };
}

async function send(terminal: Terminal, base: string, request: ServiceRequest): Promise<Response> {
  const url = new URL(/^https?:/.test(request.path) ? request.path : base + request.path);
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  let response: Response;
  try {
    response = await terminal.fetch(url, {
      method: request.method,
      redirect: 'error',
      headers: {
        accept: 'application/json, application/x-ndjson',
        ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
  } catch (cause) {
    throw new CommandFailed('unavailable', `${url.origin} cannot be reached; is the service running there?`, {
      cause,
    });
  }
  if (response.ok) return response;
  const answer = parse(await response.text());
  throw new CommandFailed(exitOf(response.status), sentenceOf(response, answer), { answer });
}

const exitOf = (status: number) => {
  if (status === 401 || status === 403) return 'unauthorized';
  return status === 429 || status >= 500 ? 'unavailable' : 'refused';
};

function sentenceOf(response: Response, answer: unknown): string {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return `HTTP ${response.status}`;
  const { error, error_description, violations } = answer as {
    error: string;
    error_description?: string;
    violations?: { section: string; message: string }[];
  };
  const retry = response.headers.get('retry-after');
  const lines = (violations ?? []).map(({ message, section }) => `  ${message} (${section})`);
  const description = error_description === undefined ? '' : `: ${error_description}`;
  return [`${error}${description}${retry === null ? '' : ` (try again in ${retry} s)`}`, ...lines].join('\n');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new CommandFailed('unavailable', 'the answer is not JSON; is this address a Rollbook service?', {
      cause,
    });
  }
}
