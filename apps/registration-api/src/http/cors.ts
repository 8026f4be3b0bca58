import type { FastifyCorsOptions } from '@fastify/cors';
import type { FastifyRequest } from 'fastify';
import { type KnownRoutes, pathOf } from './known-routes.js';

/** What browser-based clients use (DCR §3, §4); operators and auditors do not call from foreign pages. */
const FOR_BROWSERS = /^\/(connect|\.well-known)\//;

type Answer = (error: Error | null, options: FastifyCorsOptions) => void;

/**
 * CORS of one request: open for the public paths, without credentials (S11); absent everywhere else.
 *
 * @param origins `*`, or the origins that may call
 */
export function corsFor(
  origins: readonly string[],
  routes: KnownRoutes,
): (request: FastifyRequest, answer: Answer) => void {
  const always = {
    origin: origins.includes('*') ? '*' : [...origins],
    exposedHeaders: 'WWW-Authenticate, Retry-After',
  };
  return (request, answer) => {
    const isForBrowsers = FOR_BROWSERS.test(pathOf(request.url));
    // What a preflight asks for, the request itself doesn't: a routed one needs no look at the other methods.
    if (request.method !== 'OPTIONS' && !request.is404 && isForBrowsers) return answer(null, always);
    const methods = isForBrowsers ? routes.methodsOf(request.url) : null;
    // A preflight names what it wants to do; any other OPTIONS is answered with Allow alone.
    const isPreflight = request.headers['access-control-request-method'] !== undefined;
    if (methods === null || (request.method === 'OPTIONS' && !isPreflight))
      return answer(null, { origin: false });
    answer(null, {
      ...always,
      methods,
      // The last one is sent along by MCP clients, discovery included.
      allowedHeaders: ['Authorization', 'Content-Type', 'MCP-Protocol-Version'],
      maxAge: 86_400,
      strictPreflight: false,
    });
  };
}
