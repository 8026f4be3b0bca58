import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { createSecureContext, getCACertificates } from 'node:tls';
import { type Destination, resolveDestination } from './destination.js';
import { readJsonBody } from './json-body.js';
import { OutboundError } from './outbound-error.js';
import { Slots } from './slots.js';

export type GuardedFetch = {
  /**
   * Fetches one JSON document by GET.
   *
   * @param url absolute https URL, from a client and not trusted
   * @param limits `maxBytes`: largest body in octets
   * @throws OutboundError always, and only that: `message` may be shown to the client
   */
  fetchJson(url: string, limits: { maxBytes: number }): Promise<unknown>;
  /** Ends requests under way (they fail with `network`); later ones fail at once. */
  close(): Promise<void>;
};

export type GuardedFetchOptions = {
  /** CIDR blocks that may be reached although they are special-purpose, `outbound.allowedNetworks` of the policy. */
  allowedNetworks: readonly string[];
  userAgent: string;
  /** Bound on one whole fetch, name resolution to last octet, in milliseconds; another one on waiting before it. */
  timeoutMs?: number;
  /** Fetches at once: whoever sends many URLs must not take all sockets and all threads that resolve names. */
  atOnce?: number;
  /** Gives every address of a name; the system's resolver unless a test says otherwise. */
  resolve?: (host: string) => Promise<readonly string[]>;
  /** PEM certificate that is trusted beside the default ones. */
  ca?: string;
};

/**
 * The only way out of the service for URLs that clients send (spec S1, 4.6): https only, every address of the host
 * checked before the connection and the connection made to a checked address, certificate verified for the name, no
 * redirects, no proxy from the environment, no cookies, no content encodings, status 200 and JSON only, all of it
 * bounded in time, size and number.
 */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const { allowedNetworks, userAgent, timeoutMs = 3_000, atOnce = 32, resolve = systemResolve } = options;
  const slots = new Slots(atOnce);
  const secureContext = createSecureContext({
    minVersion: 'TLSv1.2',
    ...(options.ca === undefined ? {} : { ca: [...getCACertificates('default'), options.ca] }),
  });
  // An agent of our own: the global one may read proxies from the environment. Connections are not kept, so that no
  // later request rides on an address that was checked for an earlier one.
  const agent = new Agent({
    keepAlive: false,
    maxCachedSessions: 0,
    secureContext,
    rejectUnauthorized: true, // stated, because the default yields to NODE_TLS_REJECT_UNAUTHORIZED
  });
  const underWay = new Set<AbortController>();
  let closed = false;

  async function fetchJson(url: string, { maxBytes }: { maxBytes: number }): Promise<unknown> {
    if (closed) throw new OutboundError('network');
    const abort = new AbortController();
    underWay.add(abort);
    let timer = setTimeout(() => abort.abort(new OutboundError('busy')), timeoutMs);
    let hasPlace = false;
    try {
      await slots.take(abort.signal);
      hasPlace = true;
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(new OutboundError('timeout')), timeoutMs);
      const destination = await orAborted(resolveDestination(url, resolve, allowedNetworks), abort.signal);
      const response = await get(destination, { agent, userAgent, signal: abort.signal });
      try {
        return await readJsonBody(response, maxBytes);
      } finally {
        response.destroy();
      }
    } catch (error) {
      if (error instanceof OutboundError) throw error;
      throw abort.signal.reason instanceof OutboundError
        ? abort.signal.reason
        : new OutboundError('network', error);
    } finally {
      clearTimeout(timer);
      if (hasPlace) slots.giveBack();
      underWay.delete(abort);
    }
  }

  return {
    fetchJson,
    async close() {
      closed = true;
      for (const abort of underWay) abort.abort(new OutboundError('network'));
      agent.destroy();
    },
  };
}

async function systemResolve(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address);
}

/** Name resolution cannot be cancelled, only left behind. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((settle, fail) => {
    signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true });
    work.then(settle, fail);
  });
}

type Connection = { agent: Agent; userAgent: string; signal: AbortSignal };

/** Sends the request to a checked address and gives the answer once its header section is complete. */
function get(destination: Destination, connection: Connection): Promise<IncomingMessage> {
  const { url, host, addresses } = destination;
  const { agent, userAgent, signal } = connection;
  return new Promise((settle, fail) => {
    request({
      method: 'GET',
      hostname: host,
      port: url.port === '' ? 443 : Number(url.port),
      path: `${url.pathname}${url.search}`,
      headers: {
        host: url.host,
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': userAgent,
      },
      lookup: pinned(addresses),
      // The certificate must be for the name in the URL; SNI carries no addresses and no final dot (RFC 6066 §3).
      servername: isIP(host) === 0 ? host.replace(/\.$/, '') : '',
      agent,
      signal,
    })
      .once('response', settle)
      .once('upgrade', (_response, socket) => {
        socket.destroy();
        fail(new OutboundError('status'));
      })
      .on('error', fail)
      .end();
  });
}

/** Stands in for name resolution at connection time: gives the addresses that were checked, whatever is asked. */
function pinned(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, callback) => {
    if (options.all === true) callback(null, all);
    else callback(null, all[0]?.address ?? '', all[0]?.family);
  };
}
