/** Gives the reason why something is not well, or null. */
export type HealthCheck = () => Promise<string | null> | string | null;

export type HealthReport = { status: 'ok' | 'failing'; failing: { name: string; reason: string }[] };

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
