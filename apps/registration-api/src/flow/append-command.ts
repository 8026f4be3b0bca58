import { recordFacts, uuidV7, VersionConflict } from '@rollbook/event-log';
import { Counter, DURATION_BUCKETS, Histogram } from '@rollbook/platform';
import {
  type ClientFact,
  type ClientState,
  type Command,
  decide,
  lintFacts,
  streamIdOf,
} from '@rollbook/registration';
import { RegistrationError } from '@rollbook/protocol';
import { Inject, Injectable } from '@nestjs/common';
import { type Client, ClientStreams, folded } from '../clients/client-streams.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { AppendHealth } from './append-health.js';
import type { Caller } from './caller.js';
import { OneAtATime } from './one-at-a-time.js';

/** Times a command is decided on a newer state before the caller is asked to come again. */
const ATTEMPTS = 5;

export type Decision<Extra> = {
  command: Command;
  /** In clear, for the lint: nothing of these may be in an event. */
  secretsInPlay: readonly string[];
  /** Handed back with the outcome: what the answer needs. */
  extra: Extra;
};
export type Outcome<Extra> = { client: Client; facts: readonly ClientFact[]; extra: Extra };

/** decide → record → lint → append: what every command does, the same way, between its own first and last step. */
@Injectable()
export class AppendCommand {
  readonly #parts: RegistrationApiParts;
  readonly #clients: ClientStreams;
  readonly #health: AppendHealth;
  readonly #seconds: Histogram;
  readonly #appended: Counter<'type'>;
  /** Changes of one client that met others: in this process they go on one after the other. */
  readonly #turns = new OneAtATime();

  constructor(
    @Inject(PARTS) parts: RegistrationApiParts,
    @Inject(ClientStreams) clients: ClientStreams,
    @Inject(AppendHealth) health: AppendHealth,
  ) {
    this.#parts = parts;
    this.#clients = clients;
    this.#health = health;
    const registers = [parts.metrics];
    this.#seconds = new Histogram({
      name: 'rollbook_append_seconds',
      help: 'From handing events to the log until they are durable',
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#appended = new Counter({
      name: 'rollbook_events_total',
      help: 'Events appended, by type',
      labelNames: ['type'],
      registers,
    });
  }

  /**
   * Changes one client.
   *
   * @param decideOn makes the command from the client's state; called again when another change came first
   * @returns the client after the change; no facts when there was nothing to change
   * @throws RegistrationError what `caller.confirm` and `decide` refuse, or `unavailable` after {@link ATTEMPTS} conflicts
   */
  async change<Extra>(
    client_id: string,
    caller: Caller,
    decideOn: (client: Client) => Promise<Decision<Extra>>,
  ): Promise<Outcome<Extra>> {
    const attempt = async (): Promise<Outcome<Extra> | null> => {
      const client = await this.#clients.load(client_id);
      caller.confirm?.(client);
      const decision = await decideOn(client);
      try {
        return await this.append(client_id, client, caller, decision);
      } catch (error) {
        if (!(error instanceof VersionConflict)) throw error;
        this.#parts.logger.debug({ client_id }, 'another change came first');
        return null;
      }
    };
    // Nobody waits for others before having met them: a slow change must not hold up an operator's.
    const first = await attempt();
    if (first !== null) return first;
    return this.#turns.run(client_id, async () => {
      for (let more = 1; more < ATTEMPTS; more++) {
        const outcome = await attempt();
        if (outcome !== null) return outcome;
      }
      throw new RegistrationError('unavailable', 'the client is being changed by others; try again', {
        retryAfterSeconds: 1,
      });
    });
  }

  /** One attempt, on a state that is known. */
  async append<Extra>(
    client_id: string,
    client: Client,
    caller: Caller,
    { command, secretsInPlay, extra }: Decision<Extra>,
  ): Promise<Outcome<Extra>> {
    const { clock, log, policy, random } = this.#parts;
    const facts = decide(command, client.state);
    if (facts.length === 0) return { client, facts, extra };
    lintFacts(facts, secretsInPlay);
    const streamId = streamIdOf(client_id);
    const expectedVersion = client.state.streamVersion;
    const { texts, events } = recordFacts({
      facts,
      streamId,
      expectedVersion,
      previousRecordedAt: client.state.recordedAt,
      now: clock(),
      actor: caller.actor,
      policyVersion: policy.policyVersion,
      correlationId: caller.correlationId,
      causationId: null,
      personalKey: facts.some(({ personal }) => personal !== null)
        ? await this.#personalKey(client.state)
        : null,
      random,
      newEventId: uuidV7,
    });
    const start = performance.now();
    const { position } = await this.#health.observe(
      log.append({ streamId, expectedVersion, events: texts, commitId: caller.correlationId }),
    );
    this.#seconds.observe((performance.now() - start) / 1000);
    for (const { type } of facts) this.#appended.inc({ type });
    const first = position - events.length + 1;
    const placed = events.map((event, at) => Object.assign(event, { position: first + at }));
    // A new client is not kept at hand: few are asked for again soon, and under load the folds would die only after the
    // garbage collector has carried each to the old generation.
    const changed =
      expectedVersion === 0 ? folded(client, placed) : this.#clients.extend(client_id, client, placed);
    return { client: changed, facts, extra };
  }

  /** The client's own key; a new one for a new client, or for one whose key was erased. */
  async #personalKey({ kid }: ClientState) {
    const { keys } = this.#parts;
    return (kid === null ? null : await keys.find(kid)) ?? keys.take();
  }
}
