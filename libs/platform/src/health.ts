/** Gives the reason why something is not well, or null. */
export type HealthCheck = () => Promise<string | null> | string | null;

export type HealthReport = { status: 'ok' | 'failing'; failing: { name: string; reason: string }[] };

/** In seconds: what makes a process unwell passes within seconds or takes minutes, and asking costs little. */
const RETRY_AFTER_SECONDS = 2;

/** @returns the HTTP answer for a report: 200, or 503 with when to ask again (RFC 9110 §10.2.3, design §8) */
export function healthAnswer(report: HealthReport): {
  status: 200 | 503;
  headers: Record<string, string>;
  body: HealthReport;
} {
  return report.failing.length === 0
    ? { status: 200, headers: {}, body: report }
    : { status: 503, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) }, body: report };
}

/** Named checks, asked together. `live`: the process should be replaced when it fails; `ready`: no work should come. */
export class HealthRegistry {
  readonly #checks = { live: new Map<string, HealthCheck>(), ready: new Map<string, HealthCheck>() };

  add(kind: 'live' | 'ready', name: string, check: HealthCheck): void {
    this.#checks[kind].set(name, check);
  }

  /** A check that throws has failed; its text stays inside, because the report is public. */
  async report(kind: 'live' | 'ready'): Promise<HealthReport> {
    const failing: HealthReport['failing'] = [];
    for (const [name, check] of this.#checks[kind]) {
      let reason: string | null;
      try {
        reason = await check();
      } catch {
        reason = 'the check itself failed';
      }
      if (reason !== null) failing.push({ name, reason });
    }
    return { status: failing.length === 0 ? 'ok' : 'failing', failing };
  }
}
