import type Database from 'better-sqlite3';
import { KeptCount } from '../clients/kept-count.js';
import type { ClientPage, ClientQuery } from '../clients/query.js';
import type { ClientStatistics } from '../clients/statistics.js';
import type { ParkedClient } from '../read-models.js';
import { type Tables, tablesOf } from './clients-tables.js';
import { countStatistics } from './count-statistics.js';
import { listClients } from './list-clients.js';
import { modelRow, ModelsUnusable, openModelsReader, usable } from './models-file.js';

/** Reads from the live model. Every answer comes from one read transaction, so it fits the position that it says. */
export class Queries {
  readonly #file: string;
  readonly #now: () => number;
  #db: Database.Database | null = null;
  readonly #kept = new KeptCount();

  /** `now`: milliseconds since the epoch. */
  constructor(file: string, now: () => number) {
    this.#file = file;
    this.#now = now;
  }

  listClients(query: ClientQuery): ClientPage {
    return this.#read((db, tables, position) => ({ ...listClients(db, tables, query), position }));
  }

  statistics(): ClientStatistics {
    return this.#read((db, tables, position, generation) => {
      const began = this.#now();
      const kept = this.#kept.get({ generation, position }, began);
      if (kept !== null) return kept;
      const countedAt = new Date(began).toISOString();
      const statistics = { ...countStatistics(db, tables), position, countedAt };
      return this.#kept.keep(statistics, generation, began, this.#now());
    });
  }

  parked(): ParkedClient[] {
    return this.#read((db, { parked }) =>
      db
        .prepare<[], ParkedClient>(
          `SELECT client_id, reason, firstVersion, position, skippedEvents FROM ${parked} ORDER BY position`,
        )
        .all(),
    );
  }

  /** Lets go of the file, which was made anew; the next question opens it again. */
  reopen(): void {
    this.#db?.close();
    this.#db = null;
    this.#kept.forget();
  }

  #read<Result>(
    work: (db: Database.Database, tables: Tables, position: number, generation: number) => Result,
  ): Result {
    return usable(() => {
      this.#db ??= openModelsReader(this.#file);
      const db = this.#db;
      return db.transaction(() => {
        const row = modelRow(db, 'live');
        if (row === null) throw new ModelsUnusable('the models file has no live model');
        return work(db, tablesOf(row.generation), row.position, row.generation);
      })();
    });
  }
}
