/**
 * What the service has promised, kept by the test and outside the service. An operation whose answer never came may
 * or may not have happened; both outcomes are then legal, and the next read settles which it was.
 */
export type Registration = {
  client_id: string;
  registration_access_token: string;
  /** The record as last acknowledged. */
  metadata: Record<string, unknown>;
  deleted: boolean;
  /** The change under way, if its answer never came. */
  uncertain:
    { kind: 'update'; metadata: Record<string, unknown> } | { kind: 'rotate' } | { kind: 'delete' } | null;
  /** Acknowledged changes of the log: registration, updates, rotations, deletion. */
  acknowledged: number;
};

/** Every contact that a request carries is of this domain; it may be found in clear nowhere. */
export const PERSONAL_DOMAIN = '@private.example';
/** What the callers say they are: a personal datum too. */
export const USER_AGENT = 'crash-harness-user-agent/1.0';

export type Ledger = {
  clients: Map<string, Registration>;
  /** Registrations sent whose answer never came: at most so many clients may exist beside the known ones. */
  unanswered: number;
  /** Every secret and token that an answer carried; none may be found in a file or a log. */
  secrets: string[];
};

export const newLedger = (): Ledger => ({ clients: new Map(), unanswered: 0, secrets: [] });

/** Small and seeded, so that a failing run can be started again with the same choices (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
