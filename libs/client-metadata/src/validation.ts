import type { MetadataErrorCode, Violation } from '@rollbook/protocol';
import type { ClientMetadata } from './members.js';

/** What the record is for. An update replaces the whole record and is validated like a registration (2.8, 2.9). */
export type Operation =
  | { kind: 'register' }
  | {
      kind: 'update';
      /** The client's identifier, which the record has to repeat (2.5). */
      client_id: string;
      /** Constant-time comparison with the client's live secrets; false for a client without one (2.7). */
      isCurrentSecret: (presented: string) => boolean;
    };

/** Something that deserves a person's attention and is no reason to refuse. */
export type Warning = { members: string[]; rule: string; message: string };

/** The document at `uri` has to be a JSON array that contains these strings (4.6). */
export type SectorDocument = { uri: string; mustContain: string[] };

export type Validation =
  | { ok: true; metadata: ClientMetadata; warnings: Warning[]; sectorDocument: SectorDocument | null }
  | { ok: false; error: MetadataErrorCode; violations: Violation[] };
