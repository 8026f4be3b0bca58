import type { FastifyInstance } from 'fastify';

/** Every path that is routed, with its methods: what 405 and `Allow` (RFC 9110 §15.5.6) and OPTIONS answer from. */
export class KnownRoutes {
  readonly #paths = new Map<string, { pattern: RegExp; methods: Set<string> }>();

  /** Listens to what is routed from now on. */
  watch(server: FastifyInstance): void {
    server.addHook('onRoute', ({ url, method }) => {
      // A wildcard is no path of its own: the plugins' catch-alls and folders of files.
      if (url.includes('*')) return;
      const known = this.#paths.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
      for (const one of [method].flat()) known.methods.add(one.toUpperCase());
      this.#paths.set(url, known);
    });
  }

  /** @returns the methods of the path in `url` (OPTIONS works everywhere), or null for an unknown path */
  methodsOf(url: string): string[] | null {
    const path = pathOf(url);
    const found = new Set<string>();
    for (const { pattern, methods } of this.#paths.values()) {
      if (pattern.test(path)) for (const method of methods) found.add(method);
    }
    return found.size === 0
      ? null
      : [...found, 'OPTIONS'].filter((m, at, all) => all.indexOf(m) === at).sort();
  }

  /** Paths as they were routed, for the test that the documented and the routed ones are the same. */
  paths(): { path: string; methods: string[] }[] {
    return [...this.#paths].map(([path, { methods }]) => ({ path, methods: [...methods].sort() }));
  }
}

const patternOf = (url: string) =>
  new RegExp(
    `^${url
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
      .join('/')}$`,
  );

/**
 * The path of a request target as the router reads it: without the query, without the scheme and authority of the
 * absolute form (RFC 9112 §3.2.2), percent-encoded letters decoded.
 */
export function pathOf(target: string): string {
  const path = target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').split('?', 1)[0] ?? '';
  if (!path.includes('%')) return path;
  try {
    return decodeURI(path);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return path; // The router refuses it.
  }
}
