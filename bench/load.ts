import autocannon from 'autocannon';

export type Target = {
  url: string;
  method: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  /** The one status that counts; anything else ends the measurement with an error. */
  status: number;
};
export type Measured = { perSecond: number; p50Ms: number; p99Ms: number; requests: number };

/** The request that every server gets: the guide's example. */
export const EXAMPLE = JSON.stringify({
  client_name: 'My Example Application',
  redirect_uris: ['https://example.com/callback'],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid profile email',
});

/**
 * Keeps `connections` busy, each with one request at a time.
 *
 * @param options `seconds` of load, or `amount` of requests
 * @throws Error when any answer has another status than the target's
 */
export async function load(
  target: Target,
  options: { connections: number; seconds?: number; amount?: number },
): Promise<Measured> {
  const { status, ...request } = target;
  const result = await autocannon({
    ...request,
    connections: options.connections,
    ...(options.amount === undefined ? { duration: options.seconds ?? 5 } : { amount: options.amount }),
  });
  const counts = result.statusCodeStats as Record<string, { count?: number }> | undefined;
  const expected = counts?.[String(status)]?.count ?? 0;
  const all = result.requests.total;
  if (result.errors > 0 || expected < all * 0.999) {
    throw new Error(
      `${target.method} ${new URL(target.url).pathname}: ${result.errors} errors, ${expected} of ${all} answers were ${status}: ${JSON.stringify(counts)}`,
    );
  }
  return {
    perSecond: all / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    requests: all,
  };
}

/** @returns the middle of an odd or even number of figures */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
