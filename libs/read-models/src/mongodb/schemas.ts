import { Schema } from 'mongoose';
import type { ClientDocument, SecretSummary } from '../clients/document.js';
import type { ModelsRecord } from './models-record.js';
import type { StoredClient } from './stored-client.js';

/** A client with an event that can't be applied, as `parked_N` holds it. */
export type StoredParked = {
  /** client_id */
  _id: string;
  reason: string;
  firstVersion: number;
  position: number;
  skippedEvents: number;
  /** Events up to this position are counted: delivered again, they are not counted again. */
  skippedTo: number;
};

/** How far one partition is in a generation. */
export type StoredCheckpoint = {
  /** The partition. */
  _id: number;
  position: number;
  /** Of the record on Kafka; null before the first. */
  offset: string | null;
  /** RFC 3339: of the event at `position`. */
  recordedAt: string | null;
  /** Since the generation was begun. */
  skippedEvents: number;
  repairedGaps: number;
};

/** What a projector last said of itself. */
export type StoredReport = {
  /** The projector's instance. */
  _id: string;
  /** RFC 3339. */
  reportedAt: string;
  generations: { generation: number; state: 'live' | 'paused'; lastError: string | null }[];
};

// Collections and indexes come from an explicit step; documents are ours alone, so each has exactly these members.
const OPTIONS = {
  autoIndex: false,
  autoCreate: false,
  versionKey: false,
  minimize: false,
  id: false,
} as const;
const PART = { _id: false, minimize: false } as const;
const text = { type: String, required: true } as const;
const number = { type: Number, required: true } as const;
const textOrNull = { type: String, default: null } as const;

const secret = new Schema<SecretSummary>(
  { secretId: text, issuedAt: text, client_secret_expires_at: number, validUntil: textOrNull },
  PART,
);

export const clientSchema = new Schema<StoredClient>(
  {
    _id: text,
    client_id_issued_at: number,
    status: { ...text, enum: ['active', 'suspended', 'deleted'] satisfies ClientDocument['status'][] },
    metadata: text,
    secrets: [secret],
    registeredAt: text,
    updatedAt: text,
    streamVersion: number,
    position: number,
    policyVersion: text,
    firstPosition: number,
    name: String,
    software_id: String,
    token_endpoint_auth_method: String,
    application_type: String,
    grant_types: [String],
    redirectHosts: [String],
  },
  OPTIONS,
);
// The list order, and the filters that can be selective; README: why no more.
const ORDER = { client_id_issued_at: -1, _id: 1 } as const;
clientSchema.index(ORDER, { name: 'issued' });
clientSchema.index({ name: 1 }, { name: 'name', partialFilterExpression: { name: { $exists: true } } });
clientSchema.index(
  { software_id: 1, ...ORDER },
  { name: 'software', partialFilterExpression: { software_id: { $exists: true } } },
);
clientSchema.index({ redirectHosts: 1, ...ORDER }, { name: 'redirectHosts' });

export const parkedSchema = new Schema<StoredParked>(
  {
    _id: text,
    reason: text,
    firstVersion: number,
    position: number,
    skippedEvents: number,
    skippedTo: number,
  },
  OPTIONS,
);

export const checkpointSchema = new Schema<StoredCheckpoint>(
  {
    _id: number,
    position: number,
    offset: textOrNull,
    recordedAt: textOrNull,
    skippedEvents: number,
    repairedGaps: number,
  },
  OPTIONS,
);

export const reportSchema = new Schema<StoredReport>(
  {
    _id: text,
    reportedAt: text,
    generations: [
      new Schema<StoredReport['generations'][number]>(
        { generation: number, state: text, lastError: textOrNull },
        PART,
      ),
    ],
  },
  OPTIONS,
);

export const modelsSchema = new Schema<ModelsRecord>(
  {
    _id: text,
    revision: number,
    newest: number,
    generations: [new Schema({ generation: number, state: text, format: number, since: text }, PART)],
    rebuild: {
      type: new Schema(
        {
          generation: number,
          state: text,
          reason: text,
          startedAt: text,
          head: number,
          differences: { type: Number, default: null },
          comparedTo: textOrNull,
          error: textOrNull,
          coordinator: { type: new Schema({ holder: text, beat: number }, PART), default: null },
        },
        PART,
      ),
      default: null,
    },
    rebuilt: {
      type: new Schema(
        { reason: text, finishedAt: text, differences: { type: Number, default: null } },
        PART,
      ),
      default: null,
    },
  },
  OPTIONS,
);
