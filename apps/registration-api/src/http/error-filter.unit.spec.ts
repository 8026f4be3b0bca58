import { createLogger } from '@rollbook/platform';
import { RegistrationError, type Violation } from '@rollbook/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { partsInMemory } from '../../testing/parts-in-memory.js';
import { ErrorFilter } from './error-filter.js';
import { KnownRoutes } from './known-routes.js';

const lines: string[] = [];
const logger = createLogger({
  level: 'info',
  pretty: false,
  destination: { write: (line) => void lines.push(line) },
});
const parts = partsInMemory({ logger });
const filter = new ErrorFilter(parts, new KnownRoutes());

const TOKEN = 'a-registration-access-token';
const request = {
  id: 'r',
  method: 'POST',
  url: `/connect/register?token=${TOKEN}`,
  headers: { authorization: `Bearer ${TOKEN}` },
  ip: '203.0.113.7',
  routeOptions: { url: '/connect/register' },
} as Partial<FastifyRequest> as FastifyRequest;

function answered(error: unknown): string {
  let body = '';
  const reply = {
    raw: { headersSent: false },
    code: () => reply,
    headers: () => reply,
    header: () => reply,
    type: () => reply,
    send: (text: string) => ((body = text), reply),
  } as object as FastifyReply;
  filter.answer(error, request, reply);
  return body;
}
beforeEach(() => void lines.splice(0));

test('spec S10 · a refusal is logged by rule, each once, however many members broke it', () => {
  const violations = Array.from({ length: 3_000 }, (_, i): Violation => ({
    members: [`client_name#x-${i}`],
    rule: 'wrong-type',
    section: 's',
    message: 'm',
  }));
  answered(new RegistrationError('invalid_client_metadata', 'm', { violations }));
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    rules: ['wrong-type'],
    refusal: 'invalid_client_metadata',
  });
});

test('spec 1.5 · an unforeseen failure is told in a fixed text; the log has what happened, nothing of the request', () => {
  const body = answered(Object.assign(new Error('boom'), { request, config: { token: TOKEN } }));
  expect(JSON.parse(body)).toEqual({
    error: 'server_error',
    error_description: 'unexpected failure; request id r',
  });
  expect(lines.join('')).toContain('boom');
  for (const hidden of [TOKEN, request.ip]) expect(lines.join('') + body).not.toContain(hidden);
});
